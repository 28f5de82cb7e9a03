/** The numbers by which libyuv makes colours of luma and chroma, in 64ths (`row_common.cc`), as it has them on x86. */
interface Factors {
  readonly y: number;
  readonly bias: number;
  readonly ub: number;
  readonly ug: number;
  readonly vg: number;
  readonly vr: number;
}

const FULL = { y: 16_320, bias: 32 } as const;
const LIMITED = { y: 18_997, bias: -1160 } as const;

/** By the code points of H.273; of all values, and of those of television. */
const BT601 = {
  full: { ...FULL, ub: 113, ug: 22, vg: 46, vr: 90 },
  limited: { ...LIMITED, ub: 128, ug: 25, vg: 52, vr: 102 },
} as const;
const FACTORS: Readonly<Record<number, { readonly full: Factors; readonly limited: Factors }>> = {
  1: {
    full: { ...FULL, ub: 119, ug: 12, vg: 30, vr: 101 },
    limited: { ...LIMITED, ub: 128, ug: 14, vg: 34, vr: 115 },
  },
  2: BT601,
  5: BT601,
  6: BT601,
  9: {
    full: { ...FULL, ub: 120, ug: 11, vg: 37, vr: 94 },
    limited: { y: 19_003, bias: -1160, ub: 128, ug: 12, vg: 42, vr: 107 },
  },
};

/** @returns `null` where what is stored are colours */
export function factorsOf(matrix: number, isFull: boolean): Factors | null {
  const factors = FACTORS[matrix];
  return factors ? (isFull ? factors.full : factors.limited) : null;
}

/**
 * One row of RGB, in the places of `to`.
 * @param luma from 0 to 65535
 * @param cb from 0 to 255, as `cr`
 * @param step from pixel to pixel
 */
export function writeRow(
  luma: Uint16Array,
  cb: Uint8Array | Uint16Array,
  cr: Uint8Array | Uint16Array,
  { y, bias, ub, ug, vg, vr }: Factors,
  to: Uint8ClampedArray,
  at: number,
  step: number,
): void {
  for (let x = 0, place = at; x < luma.length; x += 1, place += step) {
    const light = Math.floor((luma[x]! * y) / 65_536) + bias;
    const u = Math.min(255, cb[x]!) - 128;
    const v = Math.min(255, cr[x]!) - 128;
    to[place] = (light + v * vr) >> 6;
    to[place + 1] = (light - (u * ug + v * vg)) >> 6;
    to[place + 2] = (light + u * ub) >> 6;
  }
}

/** What libavif makes of a grey: a fraction of white, rounded. */
export function greyOf(value: number, bits: number, isFull: boolean): number {
  const shift = bits - 8;
  const [black, range] = isFull ? [0, 2 ** bits - 1] : [16 << shift, 219 << shift];
  const fraction = Math.min(1, Math.max(0, Math.fround((value - black) / range)));
  return Math.floor(0.5 + fraction * 255);
}
