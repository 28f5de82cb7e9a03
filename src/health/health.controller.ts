import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Public } from '../http/api-keys/public.decorator.js';
import { ModelsHealth } from './models.health.js';

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
  @HealthCheck({ swaggerDocumentation: true })
  @ApiOperation({ summary: 'Whether the process answers' })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck({ swaggerDocumentation: true })
  @ApiOperation({
    summary: 'Whether predictions are answered',
    description:
      'Ready once every model was tried and at least one can be used, until the server is told to stop. Models are ' +
      'counted by their states; one that failed does not make the server unready. GET /models has the reason.',
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.models.check()]);
  }
}
