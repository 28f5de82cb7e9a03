/** Which bits of a pixel are red, green, blue and alpha. */
export type Masks = readonly [red: number, green: number, blue: number, alpha: number];

/** Where the samples of a pixel lie: at which byte of it red, green, blue and alpha are, or how many bits of 16 each has. */
export type SampleOrder = { readonly bytes: readonly number[] } | { readonly green: 5 | 6 };

/** Those that Pillow takes, by the masks in hexadecimal. */
const OF_16: Readonly<Record<string, SampleOrder>> = {
  '7c00 3e0 1f': { green: 5 },
  'f800 7e0 1f': { green: 6 },
};
const OF_24: Readonly<Record<string, SampleOrder>> = { 'ff0000 ff00 ff': { bytes: [2, 1, 0] } };
const OF_32: Readonly<Record<string, SampleOrder>> = {
  'ff0000 ff00 ff 0': { bytes: [2, 1, 0] },
  'ff000000 ff0000 ff00 0': { bytes: [3, 2, 1] },
  'ff000000 ff00 ff 0': { bytes: [3, 1, 0] },
  'ff000000 ff0000 ff00 ff': { bytes: [3, 2, 1, 0] },
  'ff ff00 ff0000 ff000000': { bytes: [0, 1, 2, 3] },
  'ff0000 ff00 ff ff000000': { bytes: [2, 1, 0, 3] },
  'ff000000 ff00 ff ff0000': { bytes: [3, 1, 0, 2] },
  '0 0 0 0': { bytes: [2, 1, 0, 3] },
};

/** @param masks absent where the file has none. @returns `undefined` where Pillow does not take them either */
export function sampleOrder(bits: number, masks?: Masks): SampleOrder | undefined {
  if (masks === undefined) return bits === 16 ? { green: 5 } : { bytes: [2, 1, 0] };
  const named = masks.map((mask) => mask.toString(16));
  if (bits === 32) return OF_32[named.join(' ')];
  return (bits === 16 ? OF_16 : OF_24)[named.slice(0, 3).join(' ')];
}
