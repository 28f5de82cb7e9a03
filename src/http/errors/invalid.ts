import type { ValidationError } from 'class-validator';
import { type FieldError, ServingError } from '../../errors/serving-error.js';

/** The complaints of class-validator, one a constraint, without the property's name in front. */
export function fieldErrors({ property, constraints }: ValidationError): FieldError[] {
  return Object.values(constraints ?? {}).map((message) => ({
    field: property,
    message: withoutStart(withoutStart(message, 'property '), `${property} `),
  }));
}

function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}

/** FIELD_INVALID as one sentence over all its fields; a field named '' is the whole body. */
export function invalid(errors: readonly FieldError[]): ServingError {
  const sentence = errors
    .map(({ field, message }) => (field === '' ? message : `"${field}" ${message}`))
    .join('; ');
  return new ServingError(
    'FIELD_INVALID',
    `${sentence[0]?.toUpperCase()}${sentence.slice(1)}${sentence.endsWith('?') ? '' : '.'}`,
    {
      fields: errors,
    },
  );
}
