import type { Channels } from './image-input.js';

/** Decoded, row-major: `height * width * channels` values, eight bits each. */
export interface Pixels<Data extends Uint8Array | Float32Array = Uint8Array> {
  readonly data: Data;
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

/** As a model gets them: bytes, or where TensorFlow resamples fractions of them. */
export type ModelPixels = Pixels<Uint8Array | Float32Array>;
