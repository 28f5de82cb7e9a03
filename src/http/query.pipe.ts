import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { nearestName } from '../config/nearest-name.js';
import type { FieldError } from '../errors/serving-error.js';
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
      validationError: { target: true },
      exceptionFactory: (faults) => invalid(faults.flatMap(queryErrors)),
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

/** An unknown parameter is told with the one that was meant, or with those that there are. */
function queryErrors(fault: ValidationError): FieldError[] {
  const { property, constraints, target } = fault;
  if (constraints?.whitelistValidation === undefined || !target) return fieldErrors(fault);
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const known = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const meant = nearestName(property, known);
  const hint = meant === undefined ? `it takes ${known.join(', ')}` : `did you mean "${meant}"?`;
  return [{ field: property, message: `is no parameter of this route; ${hint}` }];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
