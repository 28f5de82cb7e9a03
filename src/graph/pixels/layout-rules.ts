import { forAll, gives, intsOf, isSet, type Outcome, type Rule, whole, wholes } from './rule.js';
import { constant, countOf, fromLast, MAX_CHANNELS, picked, type Shade } from './shade.js';

/** Ops that move a picture, resample or surround it, and leave its values and its axes. */
const carry: Rule = ({ shades: [first] }) => gives(first ?? null);

/** Whatever it is made of: channels that differ must come last before and after. */
const reshape: Rule = (site) => {
  const [first] = site.shades;
  const sizes = site.sizes(1);
  if (!first) return null;
  const isKept = first.axis === null || (first.axis === 1 && sizes?.at(-1) === countOf(first));
  return isKept ? gives({ ...first, rank: sizes?.length ?? null }) : null;
};

const expand: Rule = (site) => {
  const [first] = site.shades;
  const axis = whole(site, 1);
  if (!first || axis === null) return null;
  const rank = first.rank === null ? null : first.rank + 1;
  if (first.axis === null) return gives({ ...first, rank });
  const added = fromLast(axis, rank);
  return added === null ? null : gives({ ...first, rank, axis: first.axis + (added <= first.axis ? 1 : 0) });
};

const squeeze: Rule = ({ node, shades: [first] }) => {
  if (!first) return null;
  const dropped = intsOf(node, 'squeeze_dims');
  const rank = first.rank === null || dropped.length === 0 ? null : first.rank - dropped.length;
  if (first.axis === null) return gives({ ...first, rank });
  return withoutAxes(first, dropped, rank);
};

/** With axes of one element left out. */
function withoutAxes(from: Shade, axes: readonly number[], rank: number | null): Outcome | null {
  const places = axes.map((axis) => fromLast(axis, from.rank));
  if (places.length === 0 || places.some((place) => place === null || place === from.axis)) return null;
  const after = places.filter((place) => place! < from.axis!).length;
  return gives({ ...from, rank, axis: from.axis! - after });
}

const transpose: Rule = (site) => {
  const [first] = site.shades;
  const order = wholes(site, 1);
  if (!first) return null;
  if (first.axis === null) return gives(first);
  const place = order ? order.indexOf(order.length - first.axis) : -1;
  return place < 0 ? null : gives({ ...first, axis: order!.length - place });
};

/** As RGB becomes BGR. */
const reverse: Rule = (site) => {
  const [first] = site.shades;
  const axes = wholes(site, 1);
  if (!first) return null;
  if (first.axis === null) return gives(first);
  const places = axes?.map((axis) => fromLast(axis, first.rank));
  if (!places || places.includes(null)) return null;
  const isTurned = places.includes(first.axis);
  return gives(
    isTurned ? { ...first, multiply: first.multiply.toReversed(), add: first.add.toReversed() } : first,
  );
};

/** The mean, the least or the largest along some axes: that of one grey is the grey. */
const reduce: Rule = (site) => {
  const {
    node,
    shades: [first],
  } = site;
  const axes = wholes(site, 1);
  if (!first || !axes) return null;
  const keeps = isSet(node, 'keep_dims');
  const rank = first.rank === null || keeps ? first.rank : first.rank - axes.length;
  if (first.axis === null) return gives({ ...first, rank });
  if (!keeps) return withoutAxes(first, axes, rank);
  return axes.some((axis) => fromLast(axis, first.rank) === first.axis) ? null : gives(first);
};

/** Of channels that differ, their sum is one of them all. */
const sum: Rule = (site) => {
  const {
    node,
    shades: [first],
  } = site;
  const [axis, another] = wholes(site, 1) ?? [];
  if (!first || first.axis === null || axis === undefined || another !== undefined) return null;
  if (fromLast(axis, first.rank) !== first.axis) return null;
  const rank = first.rank === null || isSet(node, 'keep_dims') ? first.rank : first.rank - 1;
  const channels = Array.from({ length: countOf(first) }, (_, channel) => channel);
  const total = (values: readonly number[]): number =>
    channels.reduce((all, channel) => all + values[values.length === 1 ? 0 : channel]!, 0);
  return gives({ ...first, multiply: [total(first.multiply)], add: [total(first.add)], rank, axis: null });
};

/** The picture several times beside itself; of its channels each block is one more time. */
const tile: Rule = (site) => {
  const [first] = site.shades;
  if (!first) return null;
  if (first.axis === null) return gives(first);
  const times = wholes(site, 1)?.at(-first.axis);
  const count = countOf(first);
  if (times === undefined || times < 1 || times * count > MAX_CHANNELS) return null;
  return gives(
    picked(
      first,
      Array.from({ length: times * count }, (_, index) => index % count),
    ),
  );
};

/** Ops that make an axis of pixels one of channels or the other way round, which is nothing to a picture whose channels are alike. */
const carryAlike: Rule = ({ shades: [first] }) => (first?.axis === null ? gives(first) : null);

/** They look at a tensor's shape alone. */
const ignore: Rule = () => ({ outputs: [] });

const filled =
  (value: number): Rule =>
  ({ shades: [first] }) =>
    first ? gives(constant([value], first.rank, null)) : null;

export const LAYOUT_RULES: Readonly<Record<string, Rule>> = {
  ...forAll(
    `Identity StopGradient PreventGradient Snapshot EnsureShape CheckNumerics CheckNumericsV2 ResizeNearestNeighbor ResizeBilinear ResizeBicubic
    ResizeArea ScaleAndTranslate ImageProjectiveTransformV2 ImageProjectiveTransformV3 CropAndResize ExtractGlimpse ExtractGlimpseV2
    AdjustContrastv2 AdjustHue AdjustSaturation DrawBoundingBoxesV2 MirrorPad Pad PadV2 MaxPool MaxPoolV2 AvgPool BroadcastTo ReverseSequence SpaceToBatch SpaceToBatchND BatchToSpace BatchToSpaceND`,
    carry,
  ),
  ...forAll('SpaceToDepth DepthToSpace ExtractImagePatches Roll', carryAlike),
  ...forAll('Mean Max Min', reduce),
  ...forAll('Shape ShapeN Size Rank IsNan IsInf IsFinite', ignore),
  Sum: sum,
  Reshape: reshape,
  ExpandDims: expand,
  Squeeze: squeeze,
  Transpose: transpose,
  ReverseV2: reverse,
  Tile: tile,
  ZerosLike: filled(0),
  OnesLike: filled(1),
};
