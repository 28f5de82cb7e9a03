import type { Signature } from '../engine/engine.js';
import type { TensorSpec } from '../engine/tensor.js';
import { StatusError } from './status.js';

const OUTPUTS = { classify: ['classes', 'scores'], regress: ['outputs'] } as const;

/** The one input of such a signature: serialised `tf.Example`s. */
export const EXAMPLES_INPUT = 'inputs';

/**
 * Whether a signature can be asked for classes or for a regression: its one input is called `inputs` and takes serialised
 * examples, and its outputs are `classes`, `scores` or both, or `outputs`.
 * @throws StatusError INVALID_ARGUMENT
 */
export function checkExampleSignature(
  method: 'classify' | 'regress',
  name: string,
  { inputs, outputs }: Signature,
): void {
  const [input, another] = inputs;
  if (!input || another || input.name !== EXAMPLES_INPUT || input.dtype !== 'string') {
    throw refused(name, method, `one input "${EXAMPLES_INPUT}" of strings, not ${listed(inputs)}`);
  }
  const allowed: readonly string[] = OUTPUTS[method];
  if (outputs.length === 0 || outputs.some((output) => !allowed.includes(output.name))) {
    const expected = method === 'classify' ? '"classes" or "scores" or both' : '"outputs"';
    throw refused(name, method, `${expected} as its outputs, not ${listed(outputs)}`);
  }
}

function listed(specs: readonly TensorSpec[]): string {
  return specs.map((spec) => `"${spec.name}" (${spec.dtype})`).join(', ') || 'none';
}

function refused(name: string, method: string, expectation: string): StatusError {
  return new StatusError(
    'INVALID_ARGUMENT',
    `The signature "${name}" cannot be used with ${method}: it must have ${expectation}.`,
  );
}
