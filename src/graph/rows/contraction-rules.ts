import { each } from './elementwise-rules.js';
import { fixed, inRows, isOne, NotApartError, ONE, type RowNode, type RowValue } from './row-value.js';
import type { RowRule } from './row-rule.js';
import { isSame, type Size } from './size.js';

/** Ops that multiply tensors and add along some of their axes, which must not be that of the rows. */
export const CONTRACTION_RULES: Readonly<Record<string, RowRule>> = {
  MatMul: (node) =>
    matrices(node, node.attributes.flag('transpose_a', false), node.attributes.flag('transpose_b', false)),
  ...each('BatchMatMul BatchMatMulV2 BatchMatMulV3', (node) =>
    matrices(node, node.attributes.flag('adj_x', false), node.attributes.flag('adj_y', false)),
  ),
  Einsum: (node) => {
    const [operands = '', result] = node.attributes.text('equation', '').replaceAll(' ', '').split('->');
    if (result === undefined) throw new NotApartError('has an equation that is not followed');
    return contracted(node, operands.split(','), result);
  },
};

function matrices(node: RowNode, turnsFirst: boolean, turnsSecond: boolean): RowValue {
  return contracted(node, [turnsFirst ? '...ji' : '...ij', turnsSecond ? '...kj' : '...jk'], '...ik');
}

type Labels = readonly string[];

/** @param operands one list of axes for each input, as `Einsum` writes them: a letter for an axis, `...` for further ones */
function contracted(node: RowNode, operands: readonly string[], result: string): RowValue {
  const { inputs } = node;
  if (inputs.some(({ axis, numbers }) => axis === null && numbers?.some(({ batch }) => batch !== 0)))
    throw new NotApartError('computes with the number of rows');
  if (inputs.every(({ axis }) => axis === null)) return fixed(null);
  if (operands.length !== inputs.length) throw new NotApartError('lacks an input');
  const shapes = inputs.map((_, index) => node.shape(index));
  const further = Math.max(...operands.map((text, index) => furtherAxes(text, shapes[index]!)));
  const labels = operands.map((text, index) => labelsOf(text, furtherAxes(text, shapes[index]!)));
  const out = labelsOf(result, result.includes('...') ? further : 0);
  const rows = labelOfRows(inputs, labels);
  checkRows(inputs, labels, rows);
  const axis = out.indexOf(rows);
  if (axis < 0) throw new NotApartError('computes over the rows');
  const holder = inputs.find((value) => value.axis !== null)!;
  const shape = out.map((label) => sizeOf(label, labels, shapes) ?? node.unknown());
  return inRows(shape, axis, holder.rounds);
}

function furtherAxes(text: string, shape: readonly Size[]): number {
  if (!text.includes('...')) return 0;
  return Math.max(0, shape.length - (text.length - 3));
}

/** One label for each axis; those that `...` stands for are numbered from behind, as they are broadcast. */
function labelsOf(text: string, further: number): Labels {
  const [before = '', behind] = text.split('...');
  if (behind === undefined) return [...before];
  return [...before, ...Array.from({ length: further }, (_, index) => `.${further - index}`), ...behind];
}

function labelOfRows(inputs: readonly RowValue[], labels: readonly Labels[]): string {
  const index = inputs.findIndex(({ axis }) => axis !== null);
  return labels[index]![inputs[index]!.axis!] ?? '';
}

/** @throws NotApartError unless all that hold rows hold them along the same label, and nothing else has that */
function checkRows(inputs: readonly RowValue[], labels: readonly Labels[], rows: string): void {
  const first = inputs.find(({ axis }) => axis !== null)!;
  for (const [index, { axis, shape, rounds }] of inputs.entries()) {
    const own = labels[index]!;
    if (own.length !== shape!.length) throw new NotApartError('has an equation that is not followed');
    const at = own.indexOf(rows);
    const isRight =
      own.lastIndexOf(rows) === at &&
      (axis === null
        ? at < 0 || (rows.startsWith('.') && isOne(shape![at]))
        : at === axis && rounds === first.rounds && isSame(shape![at]!, first.shape![first.axis!]!));
    if (!isRight) throw new NotApartError('multiplies rows with one another');
  }
}

function sizeOf(
  label: string,
  labels: readonly Labels[],
  shapes: readonly (readonly Size[])[],
): Size | undefined {
  const sizes = labels.flatMap((own, index) => {
    const at = own.indexOf(label);
    return at < 0 ? [] : [shapes[index]![at]!];
  });
  return sizes.find((size) => !isOne(size)) ?? (sizes.length > 0 ? ONE : undefined);
}
