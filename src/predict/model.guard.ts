import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { assertDefaultAllowed, assertModelAllowed } from '../access/keys/model-scope.js';
import { ModelsService } from '../models/models.service.js';

/** Refuses, before the body is read, who may not use the model of the path, and who asks for one that cannot be used. */
@Injectable()
export class ModelGuard implements CanActivate {
  constructor(private readonly models: ModelsService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request<{ model?: string }>>();
    const model = this.models.resolve(request.params.model);
    if (request.params.model === undefined) assertDefaultAllowed(request.apiKey, model);
    else assertModelAllowed(request.apiKey, model);
    this.models.check({ name: model, ...versionIn(request.query) });
    return true;
  }
}

/** Of the query as it was sent; what is wrong with it the DTO says later. */
function versionIn({ version, label }: Request['query']): { version?: number; label?: string } {
  if (typeof version === 'string' && /^\d{1,15}$/.test(version)) return { version: Number(version) };
  return typeof label === 'string' && label !== '' ? { label } : {};
}
