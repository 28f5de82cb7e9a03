/** The least and the greatest of several numbers, and whether all are whole. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly areWhole: boolean;
}

export function rangeOf(values: Float64Array): NumberRange {
  let [least, most, areWhole] = [Infinity, -Infinity, true];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!(value >= least)) least = value; // NaN, too
    if (!(value <= most)) most = value;
    if (!Number.isInteger(value)) areWhole = false;
  }
  return { least, most, areWhole };
}
