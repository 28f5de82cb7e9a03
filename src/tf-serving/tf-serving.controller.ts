import { All, Controller, Inject, Options, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { Public } from '../http/api-keys/public.decorator.js';
import { assertModelAllowed, mayUse } from '../access/keys/model-scope.js';
import { Bodies } from '../http/body/bodies.js';
import type { BodyEntry } from '../http/body/body-account.js';
import { JsonReader, MAX_DOCUMENT_DEPTH } from '../http/body/json/json-reader.js';
import { readBytes } from '../http/body/read-bytes.js';
import { callOf, timeoutOf } from '../http/call.js';
import { isTooDeep, JsonError } from '../json/parse-error.js';
import { Line } from '../line/line.js';
import { ModelsService } from '../models/models.service.js';
import { callerOf } from '../access/caller.js';
import type { RequestCall } from '../turns/call.js';
import { checkEncoding, checkMethod } from './check-request.js';
import { statusCodeOf } from './error-answer.js';
import { statusOfTarget, withTarget } from './find-model.js';
import { Monitoring } from './monitoring.js';
import { parsePath, type ServingPath, type Target, type Verb } from './path.js';
import { PredictionService } from './prediction.service.js';
import { type Envelope, envelopeOf, ofJson } from './request/read-envelope.js';
import { modelMetadata } from './response/metadata.js';
import { modelStatus, versionsOf } from './response/model-status.js';
import { StatusError } from './status.js';
import { TfServingFilter } from './tf-serving.filter.js';

type ModelPath = Extract<ServingPath, { readonly target: Target }>;

/**
 * TensorFlow Serving's REST API. Its paths are no routes as Nest knows them (`m/versions/1:predict`, in either case), so every path of
 * `/v1` comes here and is read by `parsePath`; `openapi-paths.ts` documents them.
 */
@ApiExcludeController()
@NeedsScope('predict')
@Controller('v1')
@UseFilters(TfServingFilter)
export class TfServingController {
  constructor(
    readonly models: ModelsService,
    readonly line: Line,
    private readonly predictions: PredictionService,
    private readonly monitoring: Monitoring,
    private readonly bodies: Bodies,
    private readonly json: JsonReader,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  /** What browsers ask first, without a key. Whether pages may call at all is said by `CORS_ORIGINS`, which answers before this. */
  @Options('{*path}')
  @Public()
  preflight(@Req() request: Request, @Res() response: Response): void {
    const isWeb = /https?:\/\//.test(request.headers.origin ?? '');
    response.status(isWeb ? 200 : 400).end();
  }

  @All('{*path}')
  async answer(@Req() request: Request, @Res() response: Response): Promise<void> {
    checkMethod(request);
    const path = parsePath(request.method, request.path);
    switch (path.kind) {
      case 'malformed':
        throw new StatusError('INVALID_ARGUMENT', `Malformed request: ${request.method} ${request.path}`);
      case 'models':
        sendJson(response, this.list(request));
        return;
      default:
        await this.monitored(path, () => this.answerAbout(path, request, response));
    }
  }

  private async answerAbout(path: ModelPath, request: Request, response: Response): Promise<void> {
    assertModelAllowed(request.apiKey, path.target.name);
    switch (path.kind) {
      case 'status':
        sendJson(response, modelStatus(statusOfTarget(this.models, path.target)));
        return;
      case 'metadata':
        await this.sendMetadata(path.target, request, response);
        return;
      default:
        checkEncoding(request);
        await this.predict(path.kind, path.target, request, response);
    }
  }

  /** The models that the key may use: TensorFlow Serving has no such answer, so this one has the form of its status. */
  private list({ apiKey }: Request): object {
    const allowed = this.models.all().filter(({ name }) => mayUse(apiKey, name));
    return { models: allowed.map((model) => ({ name: model.name, ...modelStatus(versionsOf(model)) })) };
  }

  private async sendMetadata(target: Target, request: Request, response: Response): Promise<void> {
    const call = callOf(request, response, timeoutOf(request.headers, this.settings.requestTimeoutMs));
    await withTarget(this, target, callerOf(request), call, async ({ name, version, ready }) =>
      sendJson(response, modelMetadata(name, version, ready.loaded.declared)),
    );
  }

  /** In TensorFlow Serving's order: JSON that cannot be read is told before a model that is not there. */
  private async predict(verb: Verb, target: Target, request: Request, response: Response): Promise<void> {
    const { maxBodyBytes } = this.settings;
    const { sent, call, entry } = await this.bodies.arrive(request, response, true, (room) =>
      readBytes(request, maxBodyBytes, room),
    );
    const envelope = await this.envelopeOf(await this.inflated(request, sent, call, entry), call, entry);
    const parseMs = performance.now() - call.arrivedAt;
    await withTarget(this, target, callerOf(request), call, async (model) => {
      const { value, timings } = await this.predictions.answer(verb, model, envelope, call, parseMs);
      const { name, version } = model;
      response.locals.prediction = { model: name, version, timings };
      response.setHeader('Content-Type', 'application/json').end(value);
    });
  }

  /** What is compressed in a way that fails counts as empty, as at TensorFlow Serving (`util/net_http/server/internal/evhttp_request.cc`). */
  private async inflated(
    { headers }: Request,
    sent: Buffer,
    call: RequestCall,
    entry: BodyEntry,
  ): Promise<Uint8Array> {
    if (!headers['content-encoding']?.toLowerCase().includes('gzip')) return sent;
    try {
      return await this.bodies.inflated('gzip', sent, call, entry, true);
    } catch (error) {
      if (error instanceof ServingError && error.code === 'BODY_UNREADABLE') return new Uint8Array();
      throw error;
    }
  }

  private async envelopeOf(bytes: Uint8Array, call: RequestCall, entry: BodyEntry): Promise<Envelope> {
    try {
      const { length } = bytes;
      const onRead = (numbers: number): void => entry.settle(length + numbers);
      return envelopeOf(await this.json.document(bytes, call, onRead));
    } catch (error) {
      if (error instanceof JsonError && isTooDeep(error))
        throw new StatusError('INVALID_ARGUMENT', `JSON may be nested ${MAX_DOCUMENT_DEPTH} deep at most.`);
      throw ofJson(error);
    }
  }

  private async monitored({ kind, target }: ModelPath, work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    const verb = kind === 'status' || kind === 'metadata' ? '' : kind;
    const isKnown = this.models.all().some(({ name }) => name === target.name);
    const model = isKnown ? target.name : '';
    try {
      await work();
      this.monitoring.request(model, verb, 'OK', performance.now() - started);
    } catch (error) {
      const code =
        error instanceof StatusError
          ? error.code
          : statusCodeOf(error instanceof ServingError ? error.code : 'INTERNAL');
      this.monitoring.request(model, verb, code, performance.now() - started);
      throw error;
    }
  }
}

function sendJson(response: Response, answer: object): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
}
