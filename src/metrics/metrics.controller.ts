import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Metrics } from './metrics.js';
import { MetricsPages } from './metrics-pages.js';

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly pages: MetricsPages,
  ) {
    pages.add('metrics', metrics.registry);
  }

  @Get()
  @ApiOperation({ summary: 'Metrics of all processes of the server, in the Prometheus text format' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'One line per metric.', schema: { type: 'string' } })
  async read(@Res() response: Response): Promise<void> {
    response.type(this.metrics.registry.contentType).send(await this.pages.text('metrics'));
  }
}
