import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { FLOATS } from '../small-constant.js';
import { dropFractions, operand } from './arithmetic-rules.js';
import { forAll, gives, type Outcome, type Rule } from './rule.js';
import { countOf, isAlike, isConstant, of, type Shade } from './shade.js';

/** What is cut off leaves a picture what it is if it keeps what lies from the first to the second: of 0…1, an epsilon not counted, or of 0…255. */
const KEPT = { ofUnit: [0.1, 0.9], ofRaw: [50, 200] } as const;

const MAX_BYTE = 256;

/** One or the other, as a condition says that is of no interest. */
const select: Rule = (site) => {
  const [a, b] = [operand(site, 1), operand(site, 2)];
  if (!a && !b) return { outputs: [] }; // Only the condition is of the picture.
  if (!a || !b) return site.isRandom(a ? 2 : 1) ? gives(a ?? b) : null;
  if (isAlike(a, b)) return gives(a);
  if (isConstant(a)) return gives(b);
  return isConstant(b) ? gives(a) : null;
};

/** Values are cut off at bounds. */
function cut(from: Shade | null, low: number, high: number): Outcome | null {
  if (!from || isConstant(from)) return gives(from);
  const bounds = Array.from({ length: countOf(from) }, (_, channel) => {
    const [factor, term] = [of(from.multiply, channel), of(from.add, channel)];
    const [a, b] = [(low - term) / factor, (high - term) / factor];
    return [Math.min(a, b), Math.max(a, b)] as const;
  });
  const least = Math.max(...bounds.map(([lower]) => lower));
  const most = Math.min(...bounds.map(([, upper]) => upper));
  const keeps = ([black, white]: readonly [number, number]): boolean => least <= black && most >= white;
  if (!keeps(KEPT.ofUnit) && !(keeps(KEPT.ofRaw) && most <= MAX_BYTE)) return null;
  return gives({ ...from, kept: [Math.max(from.kept[0], least), Math.min(from.kept[1], most)] });
}

const cutAt =
  (low: number, high: number): Rule =>
  ({ shades: [first] }) =>
    cut(first ?? null, low, high);

/** The larger or the smaller of two, one of which is a constant. */
const bounded =
  (isFloor: boolean): Rule =>
  (site) => {
    const [a, b] = [operand(site, 0), operand(site, 1)];
    if (!a || !b) return null;
    if (isAlike(a, b)) return gives(a);
    const [bound, from] = isConstant(a) ? [a, b] : [b, a];
    if (!isConstant(bound) || bound.axis !== null) return null;
    const at = bound.add[0]!;
    return isFloor ? cut(from, at, Infinity) : cut(from, -Infinity, at);
  };

const clip: Rule = (site) => {
  const [low, high] = [operand(site, 1), operand(site, 2)];
  if (low?.axis !== null || high?.axis !== null) return null;
  return isConstant(low) && isConstant(high) ? cut(site.shades[0] ?? null, low.add[0]!, high.add[0]!) : null;
};

/** As a network that is trained for eight bits rounds what it is given. */
const quantise: Rule = ({ node, shades: [first] }) => {
  const [low, high] = ['min', 'max'].map((name) => node.attr[name]?.value);
  return low?.case === 'f' && high?.case === 'f' ? cut(first ?? null, low.value, high.value) : null;
};

/** What comes of it is no picture. */
const compare: Rule = (site) => {
  const [a, b] = [operand(site, 0), operand(site, 1)];
  const [bound, from] = a && isConstant(a) ? [a, b] : [b, a];
  if (!bound || !from || isConstant(from) || !isConstant(bound) || bound.axis !== null)
    return { outputs: [] };
  const values = Array.from(
    { length: countOf(from) },
    (_, channel) => (bound.add[0]! - of(from.add, channel)) / of(from.multiply, channel),
  );
  return { outputs: [], evidence: [{ kind: 'compared', value: Math.min(...values) }] };
};

const WHOLES: ReadonlySet<DataType> = new Set([
  DataType.DT_UINT8,
  DataType.DT_UINT16,
  DataType.DT_UINT32,
  DataType.DT_UINT64,
  DataType.DT_INT8,
  DataType.DT_INT16,
  DataType.DT_INT32,
  DataType.DT_INT64,
]);

const cast: Rule = (site) => {
  const to = site.node.attr['DstT']?.value;
  if (to?.case !== 'type') return null;
  if (FLOATS.has(to.value)) return gives(site.shades[0] ?? null);
  return WHOLES.has(to.value) ? dropFractions(site) : null;
};

export const SELECTION_RULES: Readonly<Record<string, Rule>> = {
  ...forAll('Select SelectV2', select),
  ...forAll('Greater GreaterEqual Less LessEqual Equal NotEqual ApproximateEqual', compare),
  ...forAll('ClipByValue FakeQuantWithMinMaxVars QuantizeAndDequantizeV2', clip),
  FakeQuantWithMinMaxArgs: quantise,
  Maximum: bounded(true),
  Minimum: bounded(false),
  Relu: cutAt(0, Infinity),
  Relu6: cutAt(0, 6),
  Cast: cast,
};
