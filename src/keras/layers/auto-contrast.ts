import { binary, clip, plus, times } from '../builder/arithmetic.js';
import { type CallSite, imageOf, type LayerKind } from '../builder/layer-kind.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { select } from './thresholds.js';

export const AUTO_CONTRAST: Readonly<Record<string, LayerKind>> = { AutoContrast: { build: autoContrast } };

/** Stretches each channel of each image over the whole range, at inference too. A channel of one value stays as it is. */
function autoContrast(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const given = config.raw('value_range') ?? [0, 255];
  const range: readonly unknown[] = Array.isArray(given) ? given : [];
  const [least, most] = range;
  if (range.length !== 2 || typeof least !== 'number' || typeof most !== 'number' || !(least < most))
    throw config.malformed('value_range', 'two numbers, the lower one first');
  const bytes = times(graph, plus(graph, x, -least), 255 / (most - least));
  const low = reduce(graph, 'Min', bytes, [1, 2], true);
  const high = reduce(graph, 'Max', bytes, [1, 2], true);
  const scale = binary(graph, 'RealDiv', graph.scalar(255), binary(graph, 'Sub', high, low));
  const stretched = binary(graph, 'Mul', binary(graph, 'Sub', bytes, low), scale);
  const within = clip(graph, stretched, 0, 255);
  const result = plus(graph, times(graph, within, (most - least) / 255), least);
  const isFlat = graph.op('IsNan', [stretched], x.shape);
  return select(graph, isFlat, x, result, x);
}
