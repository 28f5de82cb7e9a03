import type { Layout } from '../compiled/layout.js';
import { factorsOf } from './factors.js';
import { type Component, type Jpeg, mostOf, type Scan } from './read-jpeg.js';
import { inStep } from './restarts.js';

/** The samples of a component, what they are made of, and where that lies in the program's memory. */
export interface Plane {
  readonly component: Component;
  /** Blocks of 8 times 8 samples: those that the picture needs, and those that there are, for whole units of several components. */
  readonly needed: Blocks;
  readonly blocks: Blocks;
  /** Address of the first row that is in memory; bytes of the rows of a row of units. */
  readonly samples: number;
  readonly unitRowBytes: number;
  readonly factors: number;
  readonly isFast: boolean;
  /** 128 bytes a block, for a progressive picture; 0: its blocks are transformed at once. */
  readonly coefficients: number;
  /** As enlarge.part.as takes it. */
  readonly description: readonly number[];
  /** Addresses of the words that say where its samples lie. */
  readonly saidAt: number[];
}

export interface Blocks {
  readonly across: number;
  readonly down: number;
}

/** Samples across a block, and down. */
export const BLOCK = 8;
const COEFFICIENT_BYTES = 2 * BLOCK * BLOCK;
const WORD = Int32Array.BYTES_PER_ELEMENT;

/** How many units of all components a picture has, and how many of its rows one has. */
export function unitsOf({ width, height, components }: Jpeg): Blocks & { readonly rows: number } {
  const most = mostOf(components);
  const rows = BLOCK * most.down;
  return { across: Math.ceil(width / (BLOCK * most.across)), down: Math.ceil(height / rows), rows };
}

/**
 * @param isFast whether by the fast transform
 * @param kept how many rows of units have their samples in memory
 */
export function placePlanes(jpeg: Jpeg, isFast: boolean, kept: number, layout: Layout): Plane[] {
  const most = mostOf(jpeg.components);
  const units = unitsOf(jpeg);
  return jpeg.components.map((component) => {
    const width = Math.ceil((jpeg.width * component.across) / most.across);
    const height = Math.ceil((jpeg.height * component.down) / most.down);
    const blocks = { across: units.across * component.across, down: units.down * component.down };
    const stride = blocks.across * BLOCK;
    const [wide, high] = [most.across / component.across, most.down / component.down];
    const unitRowBytes = component.down * BLOCK * stride;
    const samples = layout.place(kept * unitRowBytes);
    const sums = layout.place(2 * (stride + 2));
    const line = layout.place(stride * wide);
    return {
      component,
      needed: { across: Math.ceil(width / BLOCK), down: Math.ceil(height / BLOCK) },
      blocks,
      samples,
      unitRowBytes,
      factors: layout.put(isFast ? factorsOf(component.steps!) : component.steps!),
      isFast,
      coefficients: jpeg.isProgressive ? layout.place(coefficientBytes(blocks)) : 0,
      description: [samples, stride, width, height, wide, high, sums, line],
      saidAt: [],
    };
  });
}

export function coefficientBytes({ across, down }: Blocks): number {
  return across * down * COEFFICIENT_BYTES;
}

/** Planes as enlarge.part.as takes them. */
export function putDescriptions(planes: readonly Plane[], layout: Layout): { at: number; bytesEach: number } {
  const bytesEach = planes[0]!.description.length * WORD;
  const at = layout.put(Int32Array.from(planes.flatMap(({ description }) => description)));
  for (const [index, { saidAt }] of planes.entries()) saidAt.push(at + index * bytesEach);
  return { at, bytesEach };
}

/** A plane as decode.as takes it of a scan. */
export interface Part {
  readonly plane: Plane;
  /** Whether it is the only one of the scan. */
  readonly isAlone: boolean;
  /** Addresses of its Huffman tables. */
  readonly dc: number;
  readonly ac: number;
}

/** @returns their address */
export function putParts(parts: readonly Part[], layout: Layout): number {
  const words = parts.map(({ plane, isAlone, dc, ac }) => {
    const { across, down } = isAlone ? { across: 1, down: 1 } : plane.component;
    const { coefficients, samples, blocks, factors, isFast } = plane;
    const stride = blocks.across * BLOCK;
    return [coefficients, samples, stride, blocks.across, across, down, factors, dc, ac, 0, Number(isFast)];
  });
  const at = layout.put(Int32Array.from(words.flat()));
  for (const [index, { plane }] of parts.entries())
    plane.saidAt.push(at + (index * words[0]!.length + 1) * WORD);
  return at;
}

export interface PlacedScan {
  /** The first parameters of decode.as's `scan`. */
  readonly what: readonly number[];
  readonly units: Blocks;
}

/** @param file address of the picture */
export function placeScan(
  scan: Scan,
  jpeg: Jpeg,
  planes: readonly Plane[],
  layout: Layout,
  file: number,
): PlacedScan {
  const { parts, from, to, high, low, restartInterval, coded } = scan;
  const isAlone = parts.length === 1;
  const place = (table: Uint8Array | undefined): number => (table ? layout.put(table) : 0);
  const placed = parts.map(({ component, dc, ac }) => {
    const plane = planes.find((one) => one.component === component)!;
    return { plane, isAlone, dc: place(dc), ac: place(ac) };
  });
  const units = isAlone ? placed[0]!.plane.needed : unitsOf(jpeg);
  const count = units.across * units.down;
  const perSegment = restartInterval || count;
  const components = putParts(placed, layout);
  const segments = layout.put(
    Uint32Array.from(
      inStep(coded, Math.ceil(count / perSegment)).flatMap(({ begin, end }) => [begin, end]),
      (at) => file + at,
    ),
  );
  const codes = codesOf(jpeg.isProgressive, from, high);
  return {
    what: [codes, components, parts.length, segments, perSegment, units.across, from, to, low],
    units,
  };
}

/** As decode.as counts them. */
function codesOf(isProgressive: boolean, from: number, high: number): number {
  if (!isProgressive) return 0;
  return (from === 0 ? 1 : 3) + (high === 0 ? 0 : 1);
}
