import { COUNTED, isCounted, isNumber, known, named, type Size } from './size.js';

/** What is known of a tensor about how it hangs on the rows of a request, whatever their number. */
export interface RowValue {
  /** `null`: not even the number of dimensions is known. Never of a tensor that holds rows. */
  readonly shape: readonly Size[] | null;
  /**
   * The axis along which the tensor holds the rows, one after the other, each as an equal part that hangs on this row alone. `null`: it
   * hangs on none, and on their number only where `numbers` says how.
   */
  readonly axis: number | null;
  /** How often all rows follow each other along the axis, as `SpaceToBatchND` lays them. */
  readonly rounds: number;
  /** Its elements, where these are few whole numbers that follow from shapes. */
  readonly numbers: readonly Size[] | null;
}

/** Why rows are not known to be kept apart: what a node does, as a predicate. */
export class NotApartError extends Error {
  override readonly name = 'NotApartError';
}

/** More are not followed. */
const MAX_NUMBERS = 64;

export function fixed(shape: RowValue['shape'], numbers: RowValue['numbers'] = null): RowValue {
  const isFew = numbers !== null && shape !== null && numbers.length <= MAX_NUMBERS;
  return { shape, axis: null, rounds: 1, numbers: isFew ? numbers : null };
}

/** @throws NotApartError where another axis is as long as there are rows as well */
export function inRows(shape: readonly Size[], axis: number, rounds = 1): RowValue {
  const isRight = shape.every(({ batch }, index) => batch === (index === axis ? 1 : 0));
  if (!isRight) throw new NotApartError('makes a shape that hangs on the number of rows');
  return { shape, axis, rounds, numbers: null };
}

/** A value that holds rows, or one like it that does not: the shape is another. @throws NotApartError */
export function like(value: RowValue, shape: readonly Size[] | null, axis = value.axis): RowValue {
  if (axis !== null && shape !== null) return inRows(shape, axis, value.rounds);
  if (shape?.some(isCounted)) throw new NotApartError('makes a shape that hangs on the number of rows');
  return fixed(shape);
}

export function isConstant({ axis, numbers }: RowValue): boolean {
  return axis === null && !numbers?.some(isCounted);
}

/** A node of a flat graph, as the rules for its op see it. */
export class RowNode {
  private made = 0;

  constructor(
    readonly op: string,
    readonly name: string,
    readonly attributes: Attributes,
    readonly inputs: readonly RowValue[],
  ) {}

  /** @throws NotApartError where it has no such input */
  input(index: number): RowValue {
    const value = this.inputs.at(index);
    if (!value) throw new NotApartError('lacks an input');
    return value;
  }

  /** Inputs from `first` on, but for the last `but`, must be the same for all requests. @throws NotApartError */
  othersAreConstant(first = 1, but = 0): void {
    if (!this.inputs.slice(first, this.inputs.length - but).every(isConstant))
      throw new NotApartError('takes from the rows, or their number, what it treats others by');
  }

  /** The whole numbers that an input is. @throws NotApartError where they are not known */
  numbers(index: number): readonly Size[] {
    const { numbers } = this.input(index);
    if (!numbers) throw new NotApartError('takes numbers that are not known before it runs');
    return numbers;
  }

  /** The same, each of which must be known. */
  known(index: number): number[] {
    return this.numbers(index).map(({ factor, batch, names }) => {
      if (batch !== 0 || names.length > 0)
        throw new NotApartError('takes numbers that are not known before it runs');
      return factor;
    });
  }

  /** @throws NotApartError where not even the rank is known */
  shape(index: number): readonly Size[] {
    const { shape } = this.input(index);
    if (!shape) throw new NotApartError('takes a tensor whose rank is not known');
    return shape;
  }

  /** A size that nobody knows. */
  unknown(): Size {
    return named(`${this.name}#${this.made++}`);
  }

  /** One that follows from others in a way that is not followed. */
  unknownOf(...from: readonly Size[]): Size {
    return from.some(isCounted) ? COUNTED : this.unknown();
  }
}

/** A node's attributes, as their types are written in `OpDef`s. */
export interface Attributes {
  int(name: string, otherwise: number): number;
  flag(name: string, otherwise: boolean): boolean;
  text(name: string, otherwise: string): string;
  ints(name: string): number[];
}

/** An axis counted from the first; negative ones are counted from behind. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(from >= 0 && from < rank)) throw new NotApartError('names an axis that is not there');
  return from;
}

/** Whether a dimension is one that is repeated as often as another operand wants. */
export const isOne = (size: Size | undefined): boolean => size === undefined || isNumber(size, 1);

export const ONE = known(1);
