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
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { ServingError } from '../errors/serving-error.js';
import { BodyInterceptor } from '../http/body/body.interceptor.js';
import type { RequestBody } from '../http/body/request-body.js';
import { invalid } from '../http/errors/invalid.js';
import { requestSignal } from '../http/request-signal.js';
import type { ModelHandle } from '../models/model-handle.js';
import { ModelsService } from '../models/models.service.js';
import {
  concernsPicture,
  mediaTypeOf,
  modelNames,
  numbersAnswer,
  pictureAnswer,
  picturesAnswer,
} from './answers.js';
import { ApiPredict } from './api-predict.decorator.js';
import { callerOf } from './caller.js';
import { PredictQuery } from './dto/predict-query.dto.js';
import { ModelGuard } from './model.guard.js';
import { NumbersService } from './numbers.service.js';
import { predictInputOf } from './predict-input.js';
import { PredictService, type PictureResult } from './predict.service.js';
import { rounded } from './timings.js';

type PredictRequest = Request<Record<string, string>, unknown, RequestBody>;

/** Pictures or numbers in, what the model makes of them out. */
@ApiTags('predict')
@Controller()
@UseGuards(ModelGuard)
@UseInterceptors(BodyInterceptor)
export class PredictController {
  constructor(
    private readonly models: ModelsService,
    private readonly pictures: PredictService,
    private readonly numbers: NumbersService,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  @Post('predict')
  @HttpCode(200)
  @ApiPredict('Predict with the default model')
  async predictByDefault(
    @Query() query: PredictQuery,
    @Req() request: PredictRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer(this.models.resolve(undefined), query, request, response);
  }

  @Post('models/:model/predict')
  @HttpCode(200)
  @ApiPredict('Predict with a model', 'model')
  async predict(
    @Param('model') model: string,
    @Query() query: PredictQuery,
    @Req() request: PredictRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer(model, query, request, response);
  }

  private async answer(
    name: string,
    query: PredictQuery,
    request: PredictRequest,
    response: Response,
  ): Promise<void> {
    if (query.version !== undefined && query.label !== undefined)
      throw invalid([{ field: 'label', message: 'stands beside "version"; send one of them' }]);
    const signal = requestSignal(response, this.settings.requestTimeoutMs);
    const wanted = { name, version: query.version, label: query.label };
    const model = await this.models.acquire(wanted, callerOf(request), signal);
    try {
      await this.answerWith(model, query, request, response, signal);
    } finally {
      model.release();
    }
  }

  private async answerWith(
    model: ModelHandle,
    query: PredictQuery,
    request: PredictRequest,
    response: Response,
    signal: AbortSignal,
  ): Promise<void> {
    const started = performance.now();
    const input = predictInputOf(request.body, this.settings.maxImages);
    const send = (answer: object): void => {
      response.locals.prediction = {
        ...modelNames(model),
        ...('timings' in answer && { timings: answer.timings }),
      };
      response.json({ ...modelNames(model), ...answer });
    };
    switch (input.kind) {
      case 'picture': {
        const result = await this.pictures.picture(model, input.picture, query.topK, signal);
        if (result.kind === 'picture' && wantsPicture(request)) sendPicture(response, model, result);
        else send(pictureAnswer(result));
        return;
      }
      case 'pictures': {
        const results = await Promise.all(
          input.pictures.map((picture) => this.oneOfSeveral(model, picture, query.topK, signal)),
        );
        send(picturesAnswer(results, performance.now() - started));
        return;
      }
      case 'input':
        send(numbersAnswer(await this.numbers.input(model, input.value, query.signature, signal)));
        return;
      case 'instances':
        send(numbersAnswer(await this.numbers.instances(model, input.values, query.signature, signal)));
    }
  }

  private async oneOfSeveral(
    model: ModelHandle,
    picture: Uint8Array | ServingError,
    topK: number | undefined,
    signal: AbortSignal,
  ): Promise<PictureResult | ServingError> {
    if (!(picture instanceof Uint8Array)) return picture;
    try {
      return await this.pictures.picture(model, picture, topK, signal);
    } catch (error) {
      if (concernsPicture(error)) return error;
      throw error;
    }
  }
}

/** JSON unless the client names a kind of picture before it. */
function wantsPicture(request: Request): boolean {
  const accepted = request.accepts(['application/json', 'image/png', 'image/jpeg']);
  return accepted === 'image/png' || accepted === 'image/jpeg';
}

function sendPicture(
  response: Response,
  model: ModelHandle,
  { bytes, timings }: Extract<PictureResult, { kind: 'picture' }>,
): void {
  response.locals.prediction = { ...modelNames(model), timings: rounded(timings) };
  const stages = Object.entries(timings).map(
    ([stage, ms]) => `${stage.replace(/Ms$/, '')};dur=${ms.toFixed(3)}`,
  );
  response.setHeader('Server-Timing', stages.join(', '));
  response.setHeader('X-Model', `${model.name}/${model.version}`);
  response.type(mediaTypeOf(bytes)).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
