import type { Sharp } from 'sharp';
import { sharp } from '../../images/sharp.js';
import { EngineError } from '../engine.js';
import type { Encoding } from './picture-edges.js';

/**
 * Pictures of one shape `[..., height, width, channels]` as TensorFlow's encoders write them: the pixels of a PNG are the same, those of
 * a JPEG nearly.
 * @throws EngineError `run` if these are no pictures
 */
export async function encodePictures(
  pixels: Uint8Array,
  shape: readonly number[],
  encoding: Encoding,
): Promise<Uint8Array[]> {
  const [height = 0, width = 0, channels = 0] = shape.slice(-3);
  const size = height * width * channels;
  if (shape.length < 3 || size === 0 || ![1, 2, 3, 4].includes(channels)) {
    throw new EngineError('run', `The model made no picture but numbers of the shape [${shape.join(', ')}].`);
  }
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
  const encoded: Uint8Array[] = [];
  for (let start = 0; start < pixels.length; start += size) {
    const image = sharp(pixels.subarray(start, start + size), { raw, limitInputPixels: false });
    const bytes = await formatted(image.toColourspace(channels < 3 ? 'b-w' : 'srgb'), encoding).toBuffer();
    encoded.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  return encoded;
}

/** zlib's own default where TensorFlow leaves the choice to it. */
const DEFAULT_COMPRESSION = 6;

function formatted(image: Sharp, encoding: Encoding): Sharp {
  if (encoding.format === 'png') {
    const { compression } = encoding;
    return image.png({ compressionLevel: compression < 0 ? DEFAULT_COMPRESSION : compression });
  }
  const { quality, progressive, subsampled } = encoding;
  return image.jpeg({ quality, progressive, chromaSubsampling: subsampled ? '4:2:0' : '4:4:4' });
}
