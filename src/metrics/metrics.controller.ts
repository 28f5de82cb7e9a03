import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { Metrics } from './metrics.js';
import { MetricsPages } from './metrics-pages.js';

@ApiTags('operations')
@NeedsScope('metrics')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly pages: MetricsPages,
  ) {
    pages.add('metrics', metrics.registry);
  }

  @Get()
  @ApiOperation({
    operationId: 'readMetrics',
    summary: 'Metrics of all processes of the server, in the Prometheus text format',
    description: 'A key that is limited to some models reads the series of these models alone.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'One line per metric.', schema: { type: 'string' } })
  async read(@Req() { apiKey }: Request, @Res() response: Response): Promise<void> {
    const text = await this.pages.text('metrics', apiKey?.models ?? null);
    response.type(this.metrics.registry.contentType).send(text);
  }
}
