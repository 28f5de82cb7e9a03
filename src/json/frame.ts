import type { JsonValue } from './json-value.js';
import type { NumberStore } from './number-store.js';
import type { Shape } from './shape.js';

const NO_NAMES: string[] = [];
const NO_VALUES: JsonValue[] = [];

/** A list or an object that is being read. Frames are used again at their depth: most lists are short. */
export class Frame {
  /** Of the members of an object; `null` makes the frame a list. */
  names: readonly string[] | null = null;
  /** Where the numbers of a list start in the store. */
  start = 0;
  /** Elements of a list as long as all of them are numbers or lists of one shape, and that shape; `null` if there are none. */
  size = 0;
  shape: Shape | null = null;
  /** The members of an object, or the elements of another list. Made with the first, as most that are deep hold but one. */
  private values: JsonValue[] | null = null;

  openList(start: number): void {
    this.names = null;
    this.values = null;
    this.start = start;
    this.size = 0;
    this.shape = null;
  }

  openObject(): void {
    this.names = NO_NAMES;
    this.values = null;
    this.size = 0;
    this.shape = null;
  }

  /** Whether all there is so far are numbers or lists of one shape, as also in a list that is empty. */
  get alike(): boolean {
    return this.values === null;
  }

  /** Whether one more element of `shape` leaves the elements alike. */
  takes(shape: Shape): boolean {
    return this.names === null && this.values === null && (this.shape === shape || this.size === 0);
  }

  name(name: string): void {
    if (this.names === NO_NAMES) this.names = [name];
    else (this.names as string[]).push(name);
  }

  add(value: JsonValue, store: NumberStore): void {
    if (this.values === null && this.size === 0) this.values = [value];
    else this.separate(store).push(value);
  }

  /** What was added; numbers that were alike one by one. */
  separate(store: NumberStore): JsonValue[] {
    if (this.values !== null) return this.values;
    const { shape, start, size } = this;
    if (shape === null) return NO_VALUES;
    this.values = Array.from({ length: size }, (_, index): JsonValue => {
      return { kind: 'numbers', shape, store, start: start + index * shape.elements };
    });
    return this.values;
  }

  /** Gives up what was added, for the frame to be used again. */
  clear(): void {
    this.names = null;
    this.values = null;
  }
}
