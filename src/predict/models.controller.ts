import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { NeedsScope } from '../http/api-keys/needs-scope.decorator.js';
import { assertModelAllowed, mayUse } from '../access/keys/model-scope.js';
import { ModelsService } from '../models/models.service.js';
import { ApiProblems, CALLER_STATUSES, MODEL_STATUSES } from './documentation/problem-examples.js';
import { EXAMPLE_LABELS, EXAMPLE_MODEL, modelView, modelViewInFull } from './model-view.js';

/** What is served. */
@ApiTags('models')
@NeedsScope('predict')
@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listModels',
    summary: 'The models that the key may use, with their states, and what runs them',
  })
  @ApiOkResponse({
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Models' },
        example: {
          default: 'shapes',
          engine: { runtime: 'tensorflow', version: '2.20.0', device: 'cpu', runsAtOnce: 2 },
          models: [EXAMPLE_MODEL],
        },
      },
    },
  })
  @ApiProblems(CALLER_STATUSES)
  async list(@Req() { apiKey }: Request): Promise<object> {
    const allowed = this.models.all().filter(({ name }) => mayUse(apiKey, name));
    const preferred = this.models.resolve(undefined);
    return {
      default: mayUse(apiKey, preferred) ? preferred : null,
      engine: this.models.engineInfo,
      models: await Promise.all(allowed.map(modelView)),
    };
  }

  @Get(':model')
  @ApiOperation({
    operationId: 'getModel',
    summary: 'One model: its inputs, outputs, preprocessing and labels',
  })
  @ApiParam({ name: 'model', example: 'shapes' })
  @ApiOkResponse({
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Model' },
        example: { ...EXAMPLE_MODEL, labels: EXAMPLE_LABELS },
      },
    },
  })
  @ApiProblems(MODEL_STATUSES)
  async one(@Param('model') name: string, @Req() { apiKey }: Request): Promise<object> {
    assertModelAllowed(apiKey, name);
    return modelViewInFull(this.models.find(name));
  }
}
