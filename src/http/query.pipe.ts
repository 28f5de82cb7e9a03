import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { fieldErrors, invalid } from './errors/invalid.js';

/** Holds a query against its DTO, in the words of `errors/invalid.ts`. Bodies are read by their protocols. */
@Injectable()
export class QueryPipe extends ValidationPipe {
  /** Whose fields are all optional: of these a query that says nothing need not be looked at again. */
  private readonly mayBeEmpty = new Set<Type<unknown>>();

  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      exceptionFactory: (faults) => invalid(faults.flatMap(fieldErrors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    if (type !== 'query' || !metatype || !isEmpty(value)) return super.transform(value, metadata);
    if (this.mayBeEmpty.has(metatype)) return new metatype();
    const query: unknown = await super.transform(value, metadata);
    this.mayBeEmpty.add(metatype);
    return query;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
