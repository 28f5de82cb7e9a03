import type { CallSite, Value } from '../builder/layer-kind.js';
import { Tensor } from '../builder/tensor.js';
import { isList, type Json } from '../model/json.js';
import { constantOf } from '../model/layer-config.js';

/** The arguments of an operation: given by place, by keyword, or, of Keras 3, in its config. */

/** A tensor or a constant, which becomes a tensor. */
export function operand(site: CallSite, place: number, ...names: readonly string[]): Tensor {
  const value = argument(site, place, ...names);
  if (value instanceof Tensor) return value;
  const constant = constantOf(value as Json | undefined);
  if (!constant) throw site.config.unsupported('called with other than tensors and numbers');
  return site.graph.floats(names[0] ?? 'Const', constant.shape, Float32Array.from(constant.values));
}

/** A setting: a number, a list, a text. */
export function option(site: CallSite, place: number, ...names: readonly string[]): Json | undefined {
  const inConfig = names.map((name) => site.config.raw(name)).find((value) => value !== undefined);
  if (inConfig !== undefined) return inConfig;
  const value = argument(site, place, ...names);
  if (hasTensor(value)) throw site.config.unsupported('called with a tensor for a setting');
  return value as Json | undefined;
}

/** Whole numbers; `null` if the option was left out. */
export function integers(
  site: CallSite,
  place: number,
  ...names: readonly string[]
): readonly number[] | null {
  const value = option(site, place, ...names);
  if (value === undefined || value === null) return null;
  const list = isList(value) ? value : [value];
  if (!list.every((entry) => Number.isInteger(entry) && Math.abs(entry as number) < 2 ** 24)) {
    throw site.config.malformed(names[0] ?? '', 'whole numbers');
  }
  return list as readonly number[];
}

/** Whole numbers that name dimensions of `x`, counted from the first. */
export function axes(site: CallSite, x: Tensor, place: number, ...names: readonly string[]): number[] | null {
  const given = integers(site, place, ...names);
  const counted = given?.map((axis) => (axis < 0 ? axis + x.rank : axis)) ?? null;
  if (counted?.some((axis) => axis < 0 || axis >= x.rank)) {
    throw site.config.malformed(names[0] ?? '', 'dimensions of its input');
  }
  return counted;
}

function argument({ args, kwargs }: CallSite, place: number, ...names: readonly string[]): Value | undefined {
  const byPlace = args[place];
  if (byPlace !== undefined) return byPlace;
  const name = names.find((keyword) => Object.hasOwn(kwargs, keyword));
  return name === undefined ? undefined : kwargs[name];
}

function hasTensor(value: Value | undefined): boolean {
  if (value instanceof Tensor) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasTensor);
}
