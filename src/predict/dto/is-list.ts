import { ValidateBy } from 'class-validator';
import { isList } from '../../json/number-list.js';

/** A list that is not empty, of numbers as they are read too. */
export function IsList(): PropertyDecorator {
  return (target, property) => {
    for (const [name, validate, says] of CHECKS)
      ValidateBy({ name, validator: { validate, defaultMessage: () => `$property ${says}` } })(
        target,
        property,
      );
  };
}

const CHECKS = [
  ['isArray', isList, 'must be an array'],
  ['arrayNotEmpty', (value: unknown) => !isList(value) || value.length > 0, 'should not be empty'],
] as const;
