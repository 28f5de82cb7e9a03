import {
  Controller,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { callerOf } from '../access/caller.js';
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { BodyInterceptor } from '../http/body/body.interceptor.js';
import { JsonReader } from '../http/body/json/json-reader.js';
import { invalid } from '../http/errors/invalid.js';
import { Line } from '../line/line.js';
import type { LineRequest } from '../line/line-request.js';
import { type Timings, toMicroseconds } from '../line/timings.js';
import type { ModelHandle } from '../models/model-handle.js';
import { ModelsService } from '../models/models.service.js';
import type { RequestCall } from '../turns/call.js';
import { inSlices, type Steps } from '../turns/slices.js';
import {
  mediaTypeOf,
  type ModelNames,
  modelNames,
  numbersAnswer,
  pictureAnswer,
  picturesAnswer,
  withTimings,
} from './answers.js';
import { ApiPredict } from './api-predict.decorator.js';
import { readBeside } from './beside.js';
import { concernsPicture } from './concerns-picture.js';
import { PredictQuery } from './dto/predict-query.dto.js';
import { ModelGuard } from './model.guard.js';
import { inputRequest, instancesRequest, type NumbersAnswer } from './numbers-request.js';
import { type PictureAnswer, pictureRequest } from './picture-request.js';
import { withPictures } from './pictures-among-inputs.js';
import { type PredictInput, predictInputOf, type ReadJson } from './predict-input.js';
import { type JsonPieces, jsonOf } from './write-answer.js';

/** Pictures or numbers in, what the model makes of them out. */
@ApiTags('predict')
@NeedsScope('predict')
@Controller()
@UseGuards(ModelGuard)
@UseInterceptors(BodyInterceptor)
export class PredictController {
  constructor(
    private readonly models: ModelsService,
    private readonly line: Line,
    private readonly json: JsonReader,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  @Post('predict')
  @HttpCode(200)
  @ApiPredict('predict', 'Predict with the default model')
  async predictByDefault(
    @Query() query: PredictQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer(this.models.resolve(undefined), query, request, response);
  }

  @Post('models/:model/predict')
  @HttpCode(200)
  @ApiPredict('predictWithModel', 'Predict with a model', 'model')
  async predict(
    @Param('model') model: string,
    @Query() query: PredictQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer(model, query, request, response);
  }

  private async answer(
    name: string,
    query: PredictQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    if (query.version !== undefined && query.label !== undefined)
      throw invalid([{ field: 'label', message: 'stands beside "version"; send one of them' }]);
    const { maxImages } = this.settings;
    const { body, call, entry, parseMs } = request.received!;
    const wanted = { name, version: query.version, label: query.label };
    await this.line.withModel(wanted, callerOf(request), call, async (model) => {
      const began = performance.now();
      const readJson: ReadJson = (bytes, what) =>
        this.json.value(bytes, '', call, (more) => entry.settle(entry.bytes + more), what);
      const sent = await predictInputOf(body, maxImages, readJson, call.signal);
      const input = await inSlices(withPictures(sent, model, query.signature, maxImages), call.signal);
      const readMs = (): number => parseMs + performance.now() - began;
      if (input.kind === 'pictures') {
        await this.answerPictures(model, input, query, call, response, readMs);
        return;
      }
      const work = await inSlices(requestOf(model, input, query, wantsPicture(request)), call.signal);
      const { value, timings } = await this.line.predict(model, work, call, readMs());
      const prediction = { ...modelNames(model), timings };
      if (value instanceof Uint8Array) sendPicture(response, value, prediction);
      else sendJson(response, withTimings(value, timings), prediction);
    });
  }

  /** @param readMs how long it has taken to read what was sent */
  private async answerPictures(
    model: ModelHandle,
    input: Extract<PredictInput, { kind: 'pictures' }>,
    { topK }: PredictQuery,
    call: RequestCall,
    response: Response,
    readMs: () => number,
  ): Promise<void> {
    const beside = await inSlices(readBeside(model, input.beside, input.pictures.length), call.signal);
    const work = input.pictures.map((picture, index) =>
      picture instanceof ServingError
        ? picture
        : pictureRequest(model, { picture, beside: beside[index]! }, topK, asItIs),
    );
    const results = await this.line.predictEach(model, work, call, readMs(), concernsPicture);
    const names = modelNames(model);
    const json = jsonOf({ ...names, ...(await inSlices(picturesAnswer(results), call.signal)) });
    const timings = { totalMs: toMicroseconds(performance.now() - call.arrivedAt) };
    sendJson(response, withTimings(json, timings), { ...names, timings });
  }
}

/** What the line does for what was sent, and the answer without its timings: JSON, or a picture where the model makes one and it `isWanted`. */
function* requestOf(
  model: ModelHandle,
  input: Exclude<PredictInput, { kind: 'pictures' }>,
  { topK, signature }: PredictQuery,
  isWanted: boolean,
): Steps<LineRequest<JsonPieces | Uint8Array>> {
  const json = (answer: object): JsonPieces => jsonOf({ ...modelNames(model), ...answer });
  const numbers = function* (answer: NumbersAnswer): Steps<JsonPieces> {
    return json(numbersAnswer(answer));
  };
  switch (input.kind) {
    case 'picture': {
      const [beside = {}] = yield* readBeside(model, input.beside, 1);
      return pictureRequest<JsonPieces | Uint8Array>(
        model,
        { picture: input.picture, beside },
        topK,
        function* (answer) {
          if (answer.kind === 'picture' && isWanted) return answer.bytes;
          return json(yield* pictureAnswer(answer));
        },
      );
    }
    case 'input':
      return yield* inputRequest(model, input.value, signature, numbers);
    case 'instances':
      return yield* instancesRequest(model, input.values, signature, numbers);
  }
}

function* asItIs(answer: PictureAnswer): Steps<PictureAnswer> {
  return answer;
}

/** @param prediction what the log says of it */
function sendPicture(
  response: Response,
  bytes: Uint8Array,
  prediction: ModelNames & { readonly timings: Timings },
): void {
  const { model, version, timings } = prediction;
  response.locals.prediction = prediction;
  const stages = Object.entries(timings).map(
    ([stage, ms]) => `${stage.replace(/Ms$/, '')};dur=${ms.toFixed(3)}`,
  );
  response.setHeader('Server-Timing', stages.join(', '));
  response.setHeader('X-Model', `${model}/${version}`);
  response.setHeader('Content-Type', mediaTypeOf(bytes));
  response.end(bytes);
}

/** JSON unless the client names a kind of picture before it. */
function wantsPicture(request: Request): boolean {
  const accepted = request.accepts(['application/json', 'image/png', 'image/jpeg']);
  return accepted === 'image/png' || accepted === 'image/jpeg';
}

/** @param prediction what the log says of it */
function sendJson(response: Response, json: JsonPieces, prediction: object): void {
  response.locals.prediction = prediction;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  if (json.length === 1) {
    response.end(json[0]);
    return;
  }
  response.setHeader(
    'Content-Length',
    json.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0),
  );
  response.cork();
  for (const piece of json) response.write(piece);
  response.end();
}
