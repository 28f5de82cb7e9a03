import type { NamedTensors } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import { READABLE_FORMATS } from '../images/formats.js';
import { checkScans, type PictureLimits, readHeader } from './picture.js';
import { isReadable, sniffFormat } from './picture-format.js';

/**
 * Holds pictures among strings, which the model may decode, against the limits, so that none of them unpacks to more than is allowed. What
 * is no picture, or damaged, is for the model to judge.
 * @param maxPixels the model's own limit, where it is below the server's
 * @throws ServingError IMAGE_TOO_LARGE, or IMAGE_UNREADABLE for its many scans, with the picture's number and its input
 */
export async function checkEncoded(
  inputs: NamedTensors,
  limits: PictureLimits,
  maxPixels = Infinity,
): Promise<void> {
  const least = {
    ...limits,
    imageFormats: READABLE_FORMATS, // What the model decodes is no choice of the settings.
    maxImagePixels: Math.min(limits.maxImagePixels, maxPixels),
  };
  for (const [input, { dtype, data }] of Object.entries(inputs)) {
    if (dtype !== 'string') continue;
    for (const [index, bytes] of (data as readonly Uint8Array[]).entries()) {
      const format = sniffFormat(bytes);
      if (!isReadable(format)) continue;
      try {
        checkScans(bytes, format);
      } catch (error) {
        throw ofPicture(index, input, error);
      }
      await readHeader(bytes, least).catch((error: unknown) => {
        if (!(error instanceof ServingError) || error.code === 'IMAGE_TOO_LARGE')
          throw ofPicture(index, input, error);
      });
    }
  }
}

/** The same error with the picture that it is about, if it is about one. */
export function ofPicture(index: number, input: string, error: unknown): unknown {
  if (!(error instanceof ServingError) || !error.code.startsWith('IMAGE_')) return error;
  const sentence = `Picture ${index} of the input "${input}": ${error.message}`;
  return new ServingError(error.code, sentence, { cause: error.cause });
}
