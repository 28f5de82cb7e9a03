import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { Monitoring } from './monitoring.js';

@ApiTags('TensorFlow Serving')
@NeedsScope('metrics')
@Controller('monitoring/prometheus')
export class MonitoringController {
  constructor(private readonly monitoring: Monitoring) {}

  @Get('metrics')
  @ApiOperation({
    operationId: 'readServingMetrics',
    summary: 'Metrics of /v1 under TensorFlow Serving’s names',
    description: 'GET /metrics has all others.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'One line per metric.', schema: { type: 'string' } })
  async read(@Req() { apiKey }: Request, @Res() response: Response): Promise<void> {
    const text = await this.monitoring.text(apiKey?.models ?? null);
    response.setHeader('Content-Type', 'text/plain').end(text);
  }
}
