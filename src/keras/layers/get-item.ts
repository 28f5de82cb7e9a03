import type { CallSite } from '../builder/layer-kind.js';
import { type AxisSlice, stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import { isObject, type Json, member } from '../model/json.js';
import { operand, option } from './operands.js';

/** `x[:, ::-1, 0]`: an index, a range or `...` for each dimension. */
export function getItem(site: CallSite): Tensor {
  const input = operand(site, 0, 'x', 'tensor');
  const given = option(site, 1, 'slice_spec', 'key');
  const keys = Array.isArray(given) ? (given as readonly Json[]) : [given ?? null];
  const gap = keys.findIndex((key) => member(key, 'class_name') === '__ellipsis__');
  const missing = input.rank - keys.length + (gap < 0 ? 0 : 1);
  if (missing < 0) throw site.config.malformed('slice_spec', 'an index of its input');
  const whole = Array.from({ length: missing }, () => WHOLE_AXIS);
  const slices = keys.map((key) => axisSlice(site, key));
  const all = gap < 0 ? [...slices, ...whole] : [...slices.slice(0, gap), ...whole, ...slices.slice(gap + 1)];
  const [examples] = all;
  if (!examples || examples.begin !== null || examples.end !== null || examples.step !== 1) {
    throw site.config.unsupported('across the examples of a batch');
  }
  return stridedSlice(site.graph, input, all);
}

function axisSlice(site: CallSite, key: Json): AxisSlice {
  if (Number.isInteger(key)) return { begin: key as number, end: null, step: 1, drop: true };
  const range =
    isObject(member(key, 'config')) && member(key, 'class_name') === '__slice__'
      ? member(key, 'config')!
      : key;
  if (member(key, 'class_name') === '__ellipsis__') return WHOLE_AXIS;
  const [begin, end, step] = ['start', 'stop', 'step'].map((name) => member(range, name) ?? null);
  if (!isObject(range) || !isBound(begin) || !isBound(end) || !isBound(step) || step === 0) {
    throw site.config.unsupported('with an index that is neither a number nor a range');
  }
  return { begin, end, step: step ?? 1, drop: false };
}

function isBound(value: Json | undefined): value is number | null {
  return value === null || Number.isInteger(value);
}
