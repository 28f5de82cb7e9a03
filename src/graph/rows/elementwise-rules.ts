import {
  fixed,
  inRows,
  isConstant,
  isOne,
  like,
  NotApartError,
  ONE,
  type RowNode,
  type RowValue,
} from './row-value.js';
import type { RowRule } from './row-rule.js';
import { isCounted, isNumber, isSame, known, numberOf, over, product, type Size, times } from './size.js';

/** Ops that compute each element of their one input for itself. What else they take says how, and is the same for all requests. */
const UNARY = `Relu Relu6 LeakyRelu Elu Selu Sigmoid Tanh Softplus Softsign Erf Erfc Erfinv Neg Abs Sign Square Sqrt Rsqrt
  Reciprocal Inv Exp Expm1 Log Log1p Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh Ceil Floor Round Rint Lgamma Digamma
  LogicalNot Invert PopulationCount IsFinite IsInf IsNan ComplexAbs Real Imag Conj Angle ZerosLike OnesLike CheckNumerics
  CheckNumericsV2 ToBool Bucketize AsString StringLength StringLower StringUpper StringStrip StringToNumber StringToHashBucket
  StringToHashBucketFast StringToHashBucketStrong StaticRegexReplace StaticRegexFullMatch RegexReplace RegexFullMatch DecodeBase64
  EncodeBase64 UnicodeTranscode FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars`;

/** Ops whose output is their input. */
const CARRYING = 'Identity Snapshot StopGradient PreventGradient EnsureShape DeepCopy Cast';

/** Ops that compute each element of tensors that are broadcast to one another. */
const BROADCASTING = `Add AddV2 AddN AccumulateNV2 Sub Mul MulNoNan Div DivNoNan RealDiv FloorDiv TruncateDiv Mod FloorMod TruncateMod
  SquaredDifference Pow Xdivy Xlogy Xlog1py Atan2 Maximum Minimum NextAfter Equal NotEqual Less LessEqual Greater GreaterEqual
  ApproximateEqual LogicalAnd LogicalOr BitwiseAnd BitwiseOr BitwiseXor LeftShift RightShift Complex ClipByValue SelectV2 StringJoin`;

export const ELEMENTWISE_RULES: Readonly<Record<string, RowRule>> = {
  ...each(UNARY, unary),
  ...each(CARRYING, (node) => node.input(0)),
  ...each(BROADCASTING, elementwise),
  IdentityN: (node) => node.inputs,
  Select: select,
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
};

/** The same rule for each of several ops. */
export function each(ops: string, rule: RowRule): Record<string, RowRule> {
  return Object.fromEntries(ops.split(/\s+/).map((op) => [op, rule]));
}

function unary(node: RowNode): RowValue {
  const value = node.input(0);
  node.othersAreConstant();
  if (value.axis !== null) return like(value, value.shape);
  const numbers = value.numbers?.map((size) =>
    node.op === 'Neg' ? times(known(-1), size) : node.unknownOf(size),
  );
  return fixed(value.shape, numbers ?? null);
}

function elementwise(node: RowNode): RowValue {
  const { inputs } = node;
  if (inputs.some(({ axis }) => axis !== null)) {
    if (inputs.some((value) => value.axis === null && !isConstant(value)))
      throw new NotApartError('computes with the number of rows');
    return broadcast(node, inputs);
  }
  const { shape } = broadcast(node, inputs);
  const numbers = shape && numbersOf(node, product(shape));
  if (!numbers && !inputs.every(isConstant)) throw new NotApartError('computes with the number of rows');
  return fixed(shape, numbers);
}

/** @throws NotApartError unless all operands have their rows at the same place */
export function broadcast(node: RowNode, values: readonly RowValue[]): RowValue {
  const holder = values.find(({ axis }) => axis !== null);
  const shapes = values.map(({ shape }) => shape).filter((shape) => shape !== null);
  if (shapes.length < values.length) {
    if (holder) throw new NotApartError('joins the rows with a tensor whose rank is not known');
    return fixed(null);
  }
  const rank = Math.max(...shapes.map(({ length }) => length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    common(
      node,
      shapes.map((sizes) => sizes[axis - rank + sizes.length] ?? ONE),
    ),
  );
  if (!holder) return fixed(shape);
  const fromLast = holder.shape!.length - holder.axis!;
  for (const { axis, rounds, shape: sizes } of values) {
    const isBeside =
      axis === null
        ? isOne(sizes!.at(-fromLast))
        : sizes!.length - axis === fromLast &&
          rounds === holder.rounds &&
          isSame(sizes![axis]!, holder.shape![holder.axis!]!);
    if (!isBeside) throw new NotApartError('joins each row with others');
  }
  return inRows(shape, rank - fromLast, holder.rounds);
}

/** What sizes become that are broadcast to one another. */
function common(node: RowNode, sizes: readonly Size[]): Size {
  const [first, ...others] = sizes.filter((size) => !isOne(size));
  if (!first) return ONE;
  if (others.every((size) => isSame(size, first))) return first;
  return [first, ...others].find((size) => numberOf(size) !== null || isCounted(size)) ?? node.unknown();
}

const ARITHMETIC: Readonly<Record<string, (a: Size, b: Size) => Size | null>> = {
  Mul: times,
  Add: sum,
  AddV2: sum,
  Sub: (a, b) => (isSame(a, b) ? known(0) : sum(a, times(known(-1), b))),
  FloorDiv: (a, b) => over(a, b) ?? both(a, b, (x, y) => Math.floor(x / y)),
  TruncateDiv: (a, b) => over(a, b) ?? both(a, b, (x, y) => Math.trunc(x / y)),
  RealDiv: over,
  Div: over,
  Mod: (a, b) => both(a, b, (x, y) => ((x % y) + y) % y),
  FloorMod: (a, b) => both(a, b, (x, y) => ((x % y) + y) % y),
  Maximum: (a, b) => (isSame(a, b) ? a : both(a, b, Math.max)),
  Minimum: (a, b) => (isSame(a, b) ? a : both(a, b, Math.min)),
};

export function sum(a: Size, b: Size): Size | null {
  if (isNumber(a, 0)) return b;
  return isNumber(b, 0) ? a : both(a, b, (x, y) => x + y);
}

export function both(a: Size, b: Size, of: (x: number, y: number) => number): Size | null {
  const [x, y] = [numberOf(a), numberOf(b)];
  const result = x === null || y === null ? NaN : of(x, y);
  return Number.isSafeInteger(result) ? known(result) : null;
}

/** Whole numbers that were computed of whole numbers, one by one; `null` where they are not followed. */
function numbersOf(node: RowNode, elements: Size): readonly Size[] | null {
  const lists = node.inputs.map(({ numbers }) => numbers);
  const count = Math.max(...lists.map((list) => list?.length ?? 0));
  if (!isNumber(elements, count)) return null; // Broadcast along several axes.
  if (lists.some((list) => list === null || (list.length !== count && list.length !== 1))) return null;
  return Array.from({ length: count }, (_, index) => {
    const operands = lists.map((list) => (list!.length === 1 ? list![0]! : list![index]!));
    const result = operands.length === 2 ? ARITHMETIC[node.op]?.(operands[0]!, operands[1]!) : null;
    return result ?? node.unknownOf(...operands);
  });
}

/** The condition may be one number for each of the first axis. */
function select(node: RowNode): RowValue {
  const [condition, one] = [node.input(0), node.input(1)];
  const isPerRow = condition.shape?.length === 1 && one.shape && one.shape.length > 1;
  if (!isPerRow) return elementwise(node);
  const shape = [condition.shape[0]!, ...one.shape.slice(1).map(() => ONE)];
  const spread = like(condition, shape);
  return broadcast(node, [spread, ...node.inputs.slice(1)]);
}

/** Of a bias for each channel. */
function biasAdd(node: RowNode): RowValue {
  const value = node.input(0);
  const rank = node.shape(0).length;
  node.othersAreConstant();
  const channels =
    node.op === 'BiasAdd' && node.attributes.text('data_format', 'NHWC').startsWith('NC') ? 1 : rank - 1;
  if (value.axis === channels) throw new NotApartError('adds to each row another number');
  return like(value, value.shape);
}
