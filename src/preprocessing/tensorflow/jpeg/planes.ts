import type { Layout } from '../../compiled/layout.js';
import { factorsOf } from './factors.js';
import type { Component, Jpeg, Scan } from './read-jpeg.js';

/** Where the samples of a component lie in the program's memory, and what they are made of. */
export interface Plane {
  readonly component: Component;
  /** Blocks of 8 times 8 samples: those that the picture needs, and those that there are, for whole units of several components. */
  readonly needed: Blocks;
  readonly blocks: Blocks;
  readonly samples: number;
  readonly factors: number;
  /** 128 bytes a block, for a progressive picture; 0: its blocks are transformed at once. */
  readonly coefficients: number;
  /** As enlarge.part.as takes it. */
  readonly description: readonly number[];
}

export interface Blocks {
  readonly across: number;
  readonly down: number;
}

/** Bytes of a description. */
export const PLANE_BYTES = 8 * 4;
const BLOCK = 8;
const COEFFICIENT_BYTES = 2 * BLOCK * BLOCK;

/** How many units of all components a picture has. */
export function unitsOf({ width, height, components }: Jpeg): Blocks {
  const most = mostOf(components);
  return {
    across: Math.ceil(width / (BLOCK * most.across)),
    down: Math.ceil(height / (BLOCK * most.down)),
  };
}

function mostOf(components: readonly Component[]): Blocks {
  return {
    across: Math.max(...components.map(({ across }) => across)),
    down: Math.max(...components.map(({ down }) => down)),
  };
}

export function placePlanes(jpeg: Jpeg, layout: Layout): Plane[] {
  const most = mostOf(jpeg.components);
  const units = unitsOf(jpeg);
  return jpeg.components.map((component) => {
    const width = Math.ceil((jpeg.width * component.across) / most.across);
    const height = Math.ceil((jpeg.height * component.down) / most.down);
    const blocks = { across: units.across * component.across, down: units.down * component.down };
    const stride = blocks.across * BLOCK;
    const [wide, high] = [most.across / component.across, most.down / component.down];
    const samples = layout.place(stride * blocks.down * BLOCK);
    const sums = layout.place(2 * (stride + 2));
    const line = layout.place(stride * wide);
    return {
      component,
      needed: { across: Math.ceil(width / BLOCK), down: Math.ceil(height / BLOCK) },
      blocks,
      samples,
      factors: layout.put(factorsOf(component.steps!)),
      coefficients: jpeg.isProgressive ? layout.place(coefficientBytes(blocks)) : 0,
      description: [samples, stride, width, height, wide, high, sums, line],
    };
  });
}

export function coefficientBytes({ across, down }: Blocks): number {
  return across * down * COEFFICIENT_BYTES;
}

/** A component of a scan as decode.as takes it. @param dc, ac addresses of Huffman tables */
export function partOf(plane: Plane, isAlone: boolean, dc: number, ac: number): readonly number[] {
  const { component, samples, blocks, factors, coefficients } = plane;
  const { across, down } = isAlone ? { across: 1, down: 1 } : component;
  return [coefficients, samples, blocks.across * BLOCK, blocks.across, across, down, factors, dc, ac, 0];
}

/** What decode.as's `scan` is called with. @param file address of the picture */
export function placeScan(
  scan: Scan,
  jpeg: Jpeg,
  planes: readonly Plane[],
  layout: Layout,
  file: number,
): number[] {
  const { parts, from, to, high, low, restartInterval, coded } = scan;
  const isAlone = parts.length === 1;
  const place = (table: Uint8Array | undefined): number => (table ? layout.put(table) : 0);
  const planeOf = (component: Component): Plane => planes.find((plane) => plane.component === component)!;
  const described = parts.flatMap(({ component, dc, ac }) =>
    partOf(planeOf(component), isAlone, place(dc), place(ac)),
  );
  const { across, down } = isAlone ? planeOf(parts[0]!.component).needed : unitsOf(jpeg);
  const units = across * down;
  const perSegment = restartInterval || units;
  if (coded.length < units / perSegment) throw new Error('A part of a scan is missing.');
  const addresses = Uint32Array.from(coded.flat(), (at) => file + at);
  const components = layout.put(Int32Array.from(described));
  const segments = layout.put(addresses);
  const codes = codesOf(jpeg.isProgressive, from, high);
  return [codes, components, parts.length, segments, perSegment, units, across, from, to, low];
}

/** As decode.as counts them. */
function codesOf(isProgressive: boolean, from: number, high: number): number {
  if (!isProgressive) return 0;
  return (from === 0 ? 1 : 3) + (high === 0 ? 0 : 1);
}
