import { fields, flag, integer, type Reader, unexpected } from '../config/expect.js';
import type { BatchingRules } from './batching.js';

const MAX_BATCH_SIZE = 1024;

const DEFAULTS = { maxBatchSize: 8, maxWaitMs: 0 };

const readFields = fields<BatchingRules>({
  maxBatchSize: integer(1, MAX_BATCH_SIZE),
  maxWaitMs: integer(0, 10_000),
  allowedBatchSizes: readSizes,
  independentRows: flag(),
});

/** The section `batching:` of a `model.yaml`. */
export const readBatching: Reader<Partial<BatchingRules>> = (value, name) => {
  const written = readFields(value, name);
  const { maxBatchSize } = written;
  const largest = written.allowedBatchSizes?.at(-1);
  if (maxBatchSize !== undefined && largest !== undefined && maxBatchSize !== largest) {
    throw unexpected(
      `${largest}, the largest of ${name}.allowedBatchSizes,`,
      `${name}.maxBatchSize`,
      maxBatchSize,
    );
  }
  return written;
};

function readSizes(value: unknown, name: string): readonly number[] {
  const what = `an ascending list of whole numbers from 1 to ${MAX_BATCH_SIZE}`;
  if (!Array.isArray(value)) throw unexpected(what, name, value);
  const sizes = value.map(Number);
  const isAscending = value.every(
    (size, index) => Number.isInteger(size) && (size as number) > (index === 0 ? 0 : sizes[index - 1]!),
  );
  if (!isAscending || (sizes.at(-1) ?? 1) > MAX_BATCH_SIZE) throw unexpected(what, name, value);
  return sizes;
}

/**
 * What holds for a model, of what is written and the defaults.
 * @param device that runs it, such as `gpu:0`
 */
export function rulesOf(written: Partial<BatchingRules> = {}, device = 'cpu'): BatchingRules {
  const { maxWaitMs = DEFAULTS.maxWaitMs } = written;
  const maxBatchSize = written.maxBatchSize ?? written.allowedBatchSizes?.at(-1) ?? DEFAULTS.maxBatchSize;
  // On a GPU TensorFlow tries kernels out at each size that it has not seen, half a second for ResNet50.
  const usual = device.startsWith('gpu') ? doublings(maxBatchSize) : [];
  const allowedBatchSizes = written.allowedBatchSizes ?? usual;
  const { independentRows } = written;
  return {
    maxBatchSize,
    maxWaitMs,
    allowedBatchSizes,
    ...(independentRows !== undefined && { independentRows }),
  };
}

/** 1, 2, 4 … and `most`. */
function doublings(most: number): readonly number[] {
  const sizes = [];
  for (let size = 1; size < most; size *= 2) sizes.push(size);
  return [...sizes, most];
}
