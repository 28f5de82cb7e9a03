import type { RowNode, RowValue } from './row-value.js';

/**
 * What an op makes of its inputs: its outputs, in their order; one where all are alike.
 * @throws NotApartError where a row of them could hang on another row, or nobody knows
 */
export type RowRule = (node: RowNode) => RowValue | readonly RowValue[];
