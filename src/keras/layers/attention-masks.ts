import { binary } from '../builder/arithmetic.js';
import type { CallSite, Value } from '../builder/layer-kind.js';
import type { Tensor } from '../builder/tensor.js';

/** What a score becomes that shall not count; Keras has the same for float32. */
const NEVER = -0.7 * 3.4028234663852886e38;

/**
 * The scores of an attention, with those that the order of a sequence excludes out of reach.
 * @param attended how many of the last dimensions, of the query and again of the key, the scores have
 */
export function masked(site: CallSite, scores: Tensor, attended: number): Tensor {
  const { graph, args, kwargs, config } = site;
  for (const name of ['query_mask', 'value_mask', 'key_mask', 'attention_mask', 'sliding_window'])
    if (isGiven(kwargs[name]) || isGiven(config.raw(name))) throw config.unsupported(`with ${name}`);
  if (args.slice(3).some(isGiven)) throw config.unsupported('with a mask');
  if (kwargs['use_causal_mask'] !== true) return scores;
  const { counted, never } = causalMask(site, scores, attended);
  return binary(graph, 'AddV2', binary(graph, 'Mul', scores, counted), never);
}

/** Each of a sequence attends to those up to itself: 1 and nothing for these, 0 and `NEVER` for others. */
function causalMask(
  { graph, config }: CallSite,
  scores: Tensor,
  attended: number,
): { counted: Tensor; never: Tensor } {
  const [rows, columns] = scores.shape.slice(-2);
  if (attended !== 1 || typeof rows !== 'number' || typeof columns !== 'number')
    throw config.unsupported('with a causal mask and of unknown size');
  const of = (name: string, upTo: number, beyond: number): Tensor => {
    const values = Float32Array.from({ length: rows * columns }, (_, at) =>
      at % columns <= Math.floor(at / columns) ? upTo : beyond,
    );
    return graph.floats(name, [rows, columns], values);
  };
  return { counted: of('counted', 1, 0), never: of('never', 0, NEVER) };
}

function isGiven(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}
