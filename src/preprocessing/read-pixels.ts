import type { Sharp } from 'sharp';

/** Runs a pipeline, off the event loop, and gives its pixels: row-major, eight bits a channel. */
export async function readPixels(image: Sharp): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}
