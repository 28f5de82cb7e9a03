import type { Pixels } from './pixels.js';
import type { Channels } from './image-input.js';

/** Noise: nothing that a mistake could hide in. The same as in scripts/models/vectors.py. */
export function noise(width: number, height: number, channels: Channels): Pixels {
  let seed = 7;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed >> 16;
  });
  return { data, width, height, channels };
}
