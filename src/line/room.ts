import { isBatchable } from '../batching/rows.js';
import { rowsOf } from '../engine/joined-rows.js';
import { bytesOf } from '../engine/tensor.js';
import type { LineRequest } from './line-request.js';

/** What a request takes of a model's queue (`ModelHandle.admit`). */
export interface Room {
  readonly rows: number;
  readonly bytes: number;
}

/** A picture is a row, and its bytes are as it was sent. A request that cannot share a run with others counts as one row. */
export function roomOf({
  signature,
  inputs,
  pictures,
}: Pick<LineRequest<unknown>, 'signature' | 'inputs' | 'pictures'>): Room {
  const rows = isBatchable(signature) ? rowsOf(inputs) : 1;
  const sent = pictures?.bytes ?? [];
  let bytes = 0;
  for (const tensor of Object.values(inputs)) bytes += bytesOf(tensor);
  for (const { byteLength } of sent) bytes += byteLength;
  return { rows: Math.max(rows, sent.length), bytes };
}
