import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import { isList, isObject, type Json, type JsonObject, member } from './json.js';

/** Sizes, strides and numbers of channels beyond this are no model's. */
const MAX_SIZE = 2 ** 24;

/** The `config` of a layer, with the sentences for what is wrong in it. */
export class LayerConfig {
  constructor(
    readonly values: JsonObject,
    /** `the layer "base/conv1" of the class Conv2D` */
    readonly subject: string,
  ) {}

  raw(key: string): Json | undefined {
    return member(this.values, key);
  }

  /** The fault of a layer that means something, but not to this server; `what`: `with the data_format "channels_first"`. */
  unsupported(what: string): KerasFault {
    const where = what === '' ? this.subject : `${this.subject} ${what}`;
    return new KerasFault(
      `has ${where}, which this server cannot build; export the model with model.export() instead`,
    );
  }

  /** The fault of a setting that means nothing. */
  malformed(key: string, expected: string): KerasFault {
    return new KerasFault(`is damaged: ${this.subject} has a ${quote(key)} that is not ${expected}`);
  }

  text(key: string, fallback?: string): string {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'string') throw this.malformed(key, 'text');
    return value;
  }

  flag(key: string, fallback?: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.malformed(key, 'true or false');
    return value;
  }

  number(key: string, fallback?: number): number {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'number') throw this.malformed(key, 'a number');
    return value;
  }

  /** A number of things: a whole number from 1. */
  size(key: string, fallback?: number): number {
    const value = this.raw(key) ?? fallback;
    if (!isSize(value)) throw this.malformed(key, 'a positive whole number');
    return value;
  }

  /** Height and width, given as two sizes or as one for both. */
  sizes(key: string, fallback?: number): readonly [number, number] {
    const value = this.raw(key) ?? fallback;
    if (isSize(value)) return [value, value];
    if (isList(value) && value.length === 2 && isSize(value[0]) && isSize(value[1]))
      return [value[0], value[1]];
    throw this.malformed(key, 'one or two positive whole numbers');
  }

  /** Whole numbers, also as one alone; some may count from the end. */
  integers(key: string, fallback?: number | readonly number[]): readonly number[] {
    const value = this.raw(key) ?? fallback;
    const list = isList(value) ? value : [value];
    if (!list.every((entry) => Number.isInteger(entry) && Math.abs(entry as number) <= MAX_SIZE)) {
      throw this.malformed(key, 'whole numbers');
    }
    return list as readonly number[];
  }

  /** `same` or `valid`, as TensorFlow writes them. */
  padding(): 'SAME' | 'VALID' {
    const value = this.text('padding', 'valid');
    if (value !== 'same' && value !== 'valid') throw this.unsupported(`with the padding ${quote(value)}`);
    return value === 'same' ? 'SAME' : 'VALID';
  }

  /** Refuses a layer whose images have their channels before their pixels. */
  checkChannelsLast(): void {
    const format = this.raw('data_format');
    if (format !== undefined && format !== null && format !== 'channels_last') {
      throw this.unsupported(`with the data_format ${quote(String(format))}`);
    }
  }
}

function isSize(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIZE;
}

/**
 * The numbers of a constant in a config: a number, nested lists, or a tensor as Keras 3 writes it. `null` for anything else.
 */
export function constantOf(value: Json | undefined): { shape: number[]; values: number[] } | null {
  if (typeof value === 'number') return { shape: [], values: [value] };
  if (typeof value === 'boolean') return { shape: [], values: [Number(value)] };
  if (isObject(value)) {
    const kind = member(value, 'class_name');
    return kind === '__tensor__' || kind === '__numpy__'
      ? constantOf(member(member(value, 'config'), 'value'))
      : null;
  }
  if (!isList(value)) return null;
  const rows = value.map(constantOf);
  const [first] = rows;
  if (!first) return null;
  const values: number[] = [];
  for (const row of rows) {
    if (!row || row.shape.join() !== first.shape.join()) return null;
    for (const number of row.values) values.push(number);
  }
  return { shape: [rows.length, ...first.shape], values };
}
