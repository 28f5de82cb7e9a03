import type { DType } from '../../engine/tensor.js';
import type { Elements } from './elements.js';
import { NUMBER_DTYPES, type NumberDType } from './first-misfit.js';
import { NumberElements } from './number-elements.js';
import { BooleanElements, StringElements, UnsupportedElements } from './other-elements.js';

/** `blocks` is how many lists like the first are to be expected. */
export function elementsOfDType(dtype: DType, blocks: number): Elements {
  if (dtype === 'string') return new StringElements();
  if (dtype === 'bool') return new BooleanElements();
  return isNumberDType(dtype) ? new NumberElements(dtype, blocks) : new UnsupportedElements(dtype);
}

function isNumberDType(dtype: DType): dtype is NumberDType {
  return NUMBER_DTYPES.some((known) => known === dtype);
}
