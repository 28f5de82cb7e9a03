import type { Channels } from '../image-input.js';

/** A program that scales rows of so many channels, and makes rows of rows; its source says what it takes. */
export type TwoPassProgram = Readonly<
  Record<`across${Channels}` | 'down', (...where: readonly number[]) => void>
>;
