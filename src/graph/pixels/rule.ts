import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import type { Numbers } from '../arithmetic.js';
import type { AffineMap, Shade } from './shade.js';

/** A node that takes something of a picture. */
export interface Site {
  readonly node: NodeDef;
  /** What its inputs hold of the picture; `null` for those that hold nothing of it. */
  readonly shades: readonly (Shade | null)[];
  /** The few numbers that an input always is; `null` if it is none, or they are not known. */
  numbers(input: number): Numbers | null;
  /** The sizes or places of axes that an input lists, `null` for those that are not known before a picture is there; `null` for no list. */
  sizes(input: number): (number | null)[] | null;
  /** Whether an input is made of random numbers. */
  isRandom(input: number): boolean;
}

/** What a graph does that tells which pixels it takes. */
export type Evidence =
  /** What its network is given, and between which of the picture's values nothing was cut off. */
  | { readonly kind: 'used'; readonly map: AffineMap; readonly kept: readonly [number, number] }
  /** A value that it compares the picture's with. */
  | { readonly kind: 'compared'; readonly value: number }
  /** What it drops the fractions of. */
  | { readonly kind: 'whole'; readonly map: AffineMap };

/** What a node makes of a picture that leaves it a picture, or a number of it. */
export interface Outcome {
  /** What its outputs hold of the picture; those that are not there hold nothing of it. */
  readonly outputs: readonly Shade[];
  readonly evidence?: readonly Evidence[];
}

/** `null` where it does something else: there the network begins. */
export type Rule = (site: Site) => Outcome | null;

export function gives(output: Shade | null, ...evidence: readonly Evidence[]): Outcome | null {
  return output && { outputs: [output], evidence };
}

/** Whole numbers that an input always is; `null` if it is none. */
export function wholes(site: Site, input: number): number[] | null {
  const numbers = site.numbers(input);
  return numbers && numbers.values.every(Number.isInteger) ? [...numbers.values] : null;
}

/** One whole number. */
export function whole(site: Site, input: number): number | null {
  const [only, another] = wholes(site, input) ?? [];
  return only !== undefined && another === undefined ? only : null;
}

export function intOf({ attr }: NodeDef, name: string, fallback: number): number {
  const value = attr[name]?.value;
  return value?.case === 'i' ? Number(value.value) : fallback;
}

export function intsOf({ attr }: NodeDef, name: string): number[] {
  const value = attr[name]?.value;
  return value?.case === 'list' ? value.value.i.map(Number) : [];
}

export function isSet({ attr }: NodeDef, name: string): boolean {
  const value = attr[name]?.value;
  return value?.case === 'b' && value.value;
}

/** A rule for several ops. */
export function forAll(ops: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(
    ops
      .trim()
      .split(/\s+/)
      .map((op) => [op, rule]),
  );
}
