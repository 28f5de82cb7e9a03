import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Public } from '../http/api-keys/public.decorator.js';
import { ModelsHealth } from './models.health.js';

const ENGINE = { runtime: 'tensorflow', version: '2.20.0', device: 'cpu', runsAtOnce: 2 };
const UP = { models: { engine: ENGINE, states: { AVAILABLE: 2 }, status: 'up' } };
const DOWN = {
  models: { reason: 'Models are being loaded.', engine: ENGINE, states: { LOADING: 2 }, status: 'down' },
};
const LIVE = { status: 'ok', info: {}, error: {}, details: {} };
const READY = { status: 'ok', info: UP, error: {}, details: UP };
const NOT_READY = { status: 'error', info: {}, error: DOWN, details: DOWN };

function report(example: object) {
  const entries = { type: 'object', additionalProperties: { type: 'object', additionalProperties: true } };
  const properties = { status: { type: 'string' }, info: entries, error: entries, details: entries };
  const schema = { type: 'object', required: ['status', 'details'], properties };
  return { 'application/json': { schema, example } };
}

/** For orchestrators, without a key: no more is told than they need. */
@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly models: ModelsHealth,
  ) {}

  @Get('live')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ operationId: 'isLive', summary: 'Whether the process answers' })
  @ApiOkResponse({ description: 'It does.', content: report(LIVE) })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOkResponse({ description: 'They are.', content: report(READY) })
  @ApiResponse({ status: 503, description: 'They are not, and why.', content: report(NOT_READY) })
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Whether predictions are answered',
    description:
      'Ready once every model was tried and at least one can be used, until the server is told to stop. Models are ' +
      'counted by their states; one that failed does not make the server unready. GET /models has the reason.',
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.models.check()]);
  }
}
