import { gives, intOf, type Outcome, type Site } from './rule.js';
import { countOf, picked, type Shade } from './shade.js';

/** What is taken of one axis, as Python writes `begin:end:step`; `null` as far as it is not known. */
interface AxisSlice {
  readonly begin: number | null;
  readonly end: number | null;
  readonly step: number | null;
  /** Whether it is one place, and the axis is left out. */
  readonly drops: boolean;
}

const WHOLE: AxisSlice = { begin: 0, end: Infinity, step: 1, drops: false };

/** A part of a picture; of its channels, those that are in it, in their order. */
export function sliced(site: Site): Outcome | null {
  const [from] = site.shades;
  if (!from) return null;
  if (site.node.op === 'Slice') return part(from, from.rank, sliceOf(site));
  const { slices, added } = stridedSlices(site, from.rank);
  if (!slices) {
    // Of channels that are alike any part is like all; only how many axes are left is not known.
    return from.axis === null ? gives({ ...from, rank: null }) : null;
  }
  return part(
    from,
    slices.length + added - slices.filter(({ drops }) => drops).length,
    added > 0 ? null : slices,
  );
}

function part(from: Shade, rank: number | null, slices: readonly AxisSlice[] | null): Outcome | null {
  if (from.axis === null) return gives({ ...from, rank });
  const own = slices?.at(-from.axis);
  const channels = own && channelsOf(own, countOf(from));
  if (!channels) return null;
  const after = slices!.slice(slices!.length - from.axis + 1).filter(({ drops }) => drops).length;
  const chosen = picked({ ...from, axis: from.axis - after }, channels);
  return gives(chosen && { ...chosen, rank });
}

function channelsOf({ begin, end, step, drops }: AxisSlice, count: number): number[] | null {
  if (begin === null || (end === null && !drops) || step === null || !Number.isInteger(step) || step === 0)
    return null;
  const at = (place: number): number => (place < 0 ? place + count : place);
  if (drops) return [at(begin)];
  const channels: number[] = [];
  const stop = end === Infinity || end === -Infinity ? end : at(end!);
  for (let channel = Math.min(at(begin), count - 1); channel >= 0 && channel < count; channel += step) {
    if (step > 0 ? channel >= stop : channel <= stop) break;
    channels.push(channel);
  }
  return channels;
}

/** Of the op `Slice`. */
function sliceOf(site: Site): AxisSlice[] | null {
  const [begins, sizes] = [site.sizes(1), site.sizes(2)];
  if (!begins || !sizes) return null;
  return begins.map((begin, axis) => {
    const size = sizes[axis] ?? null;
    const end = begin === null || size === null ? null : size < 0 ? Infinity : begin + size;
    return { begin, end, step: 1, drops: false };
  });
}

/** Of the op `StridedSlice`, one for each axis of the tensor, and how many axes it adds; `null` where that takes knowing the rank. */
function stridedSlices(
  site: Site,
  rank: number | null,
): { readonly slices: readonly AxisSlice[] | null; readonly added: number } {
  const [begins, ends, steps] = [site.sizes(1), site.sizes(2), site.sizes(3)];
  const count = begins?.length ?? ends?.length ?? steps?.length;
  if (count === undefined || rank === null) return { slices: null, added: 0 };
  const bit = (mask: string, index: number): boolean => ((intOf(site.node, mask, 0) >> index) & 1) === 1;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const added = indexes.filter((index) => bit('new_axis_mask', index)).length;
  const named = indexes.filter(
    (index) => !bit('new_axis_mask', index) && !bit('ellipsis_mask', index),
  ).length;
  const rest = Array.from({ length: Math.max(0, rank - named) }, () => WHOLE);
  const hasGap = indexes.some((index) => bit('ellipsis_mask', index));
  const slices = indexes.flatMap((index): AxisSlice[] => {
    if (bit('ellipsis_mask', index)) return rest;
    if (bit('new_axis_mask', index)) return [];
    const step = steps?.[index] ?? null;
    const backwards = step !== null && step < 0;
    return [
      {
        begin: bit('begin_mask', index) ? (backwards ? Infinity : 0) : (begins?.[index] ?? null),
        end: bit('end_mask', index) ? (backwards ? -Infinity : Infinity) : (ends?.[index] ?? null),
        step,
        drops: bit('shrink_axis_mask', index),
      },
    ];
  });
  return { slices: hasGap ? slices : [...slices, ...rest], added };
}
