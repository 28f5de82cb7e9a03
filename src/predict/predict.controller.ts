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
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { BodyInterceptor } from '../http/body/body.interceptor.js';
import { JsonReader } from '../http/body/json/json-reader.js';
import type { RequestCall } from '../http/call.js';
import { invalid } from '../http/errors/invalid.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import { ModelsService } from '../models/models.service.js';
import {
  mediaTypeOf,
  modelNames,
  numbersAnswer,
  pictureAnswer,
  picturesAnswer,
  timedJson,
  withTimings,
} from './answers.js';
import { ApiPredict } from './api-predict.decorator.js';
import { readBeside } from './beside.js';
import { callerOf } from './caller.js';
import { PredictQuery } from './dto/predict-query.dto.js';
import { ModelGuard } from './model.guard.js';
import { NumbersService } from './numbers.service.js';
import { withPictures } from './pictures-among-inputs.js';
import { type PredictInput, predictInputOf, type ReadJson } from './predict-input.js';
import { PredictService, type PictureResult } from './predict.service.js';
import { timingsOf, toMicroseconds, type WorkTimes } from './timings.js';

/** Pictures or numbers in, what the model makes of them out. */
@ApiTags('predict')
@NeedsScope('predict')
@Controller()
@UseGuards(ModelGuard)
@UseInterceptors(BodyInterceptor)
export class PredictController {
  constructor(
    private readonly models: ModelsService,
    private readonly pictures: PredictService,
    private readonly numbers: NumbersService,
    private readonly metrics: Metrics,
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
    const model = await this.models.acquire(wanted, callerOf(request), call.signal);
    try {
      const began = performance.now();
      const readJson: ReadJson = (bytes, what) =>
        this.json.value(bytes, '', call, (more) => entry.settle(entry.bytes + more), what);
      const sent = await predictInputOf(body, maxImages, readJson);
      const input = withPictures(sent, model, query.signature, maxImages);
      const readMs = parseMs + performance.now() - began;
      await this.answerWith(model, input, query, request, response, call, readMs);
    } finally {
      model.release();
    }
  }

  /** @param readMs how long it took to find `input` in what was sent */
  private async answerWith(
    model: ModelHandle,
    input: PredictInput,
    { topK, signature }: PredictQuery,
    request: Request,
    response: Response,
    call: RequestCall,
    readMs: number,
  ): Promise<void> {
    const names = modelNames(model);
    const send = (answer: () => object, work: WorkTimes): void => {
      const { json, timings } = timedJson(() => ({ ...names, ...answer() }), work, call.arrivedAt);
      this.metrics.observeStages(model.name, timings);
      sendJson(response, json, { ...names, timings });
    };
    switch (input.kind) {
      case 'picture': {
        const { picture } = input;
        const [beside = {}] = readBeside(model, input.beside, 1);
        const result = await this.pictures.picture(model, { picture, beside }, topK, call, readMs);
        if (result.kind === 'picture' && wantsPicture(request))
          this.sendPicture(response, model, result, call.arrivedAt);
        else send(() => pictureAnswer(result), result.work);
        return;
      }
      case 'pictures': {
        const beside = readBeside(model, input.beside, input.pictures.length);
        const rows = input.pictures.map((picture, index) =>
          picture instanceof ServingError ? picture : { picture, beside: beside[index]! },
        );
        const results = await this.pictures.pictures(model, rows, topK, call, readMs);
        const json = JSON.stringify({ ...names, ...picturesAnswer(results) });
        const timings = { totalMs: toMicroseconds(performance.now() - call.arrivedAt) };
        for (const result of results)
          if (!(result instanceof ServingError)) this.metrics.observeStages(model.name, result.timings);
        sendJson(response, withTimings(json, timings), { ...names, timings });
        return;
      }
      case 'input': {
        const result = await this.numbers.input(model, input.value, signature, call, readMs);
        send(() => numbersAnswer(result), result.work);
        return;
      }
      case 'instances': {
        const result = await this.numbers.instances(model, input.values, signature, call, readMs);
        send(() => numbersAnswer(result), result.work);
      }
    }
  }

  private sendPicture(
    response: Response,
    model: ModelHandle,
    { bytes, work }: Extract<PictureResult, { kind: 'picture' }>,
    arrivedAt: number,
  ): void {
    const timings = timingsOf(work, performance.now() - arrivedAt);
    this.metrics.observeStages(model.name, timings);
    response.locals.prediction = { ...modelNames(model), timings };
    const stages = Object.entries(timings).map(
      ([stage, ms]) => `${stage.replace(/Ms$/, '')};dur=${ms.toFixed(3)}`,
    );
    response.setHeader('Server-Timing', stages.join(', '));
    response.setHeader('X-Model', `${model.name}/${model.version}`);
    response.setHeader('Content-Type', mediaTypeOf(bytes));
    response.end(bytes);
  }
}

/** JSON unless the client names a kind of picture before it. */
function wantsPicture(request: Request): boolean {
  const accepted = request.accepts(['application/json', 'image/png', 'image/jpeg']);
  return accepted === 'image/png' || accepted === 'image/jpeg';
}

/** @param prediction what the log says of it */
function sendJson(response: Response, json: string, prediction: object): void {
  response.locals.prediction = prediction;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(json);
}
