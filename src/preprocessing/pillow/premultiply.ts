/**
 * RGBA with its colours weighed by alpha, so that what lies under transparent pixels does not bleed into their
 * neighbours when a picture is resampled; rounded as in Pillow's mode `RGBa`.
 */
export function premultiplied(rgba: Uint8Array): Uint8Array {
  const result = new Uint8Array(rgba.length);
  for (let pixel = 0; pixel < rgba.length; pixel += 4) {
    const alpha = rgba[pixel + 3]!;
    for (let at = pixel; at < pixel + 3; at += 1) {
      const product = rgba[at]! * alpha + 128;
      result[at] = ((product >> 8) + product) >> 8;
    }
    result[pixel + 3] = alpha;
  }
  return result;
}

/** The inverse; where nothing shows, the values stay. */
export function unpremultiplied(rgba: Uint8Array): Uint8Array {
  const result = new Uint8Array(rgba);
  for (let pixel = 0; pixel < rgba.length; pixel += 4) {
    const alpha = rgba[pixel + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let at = pixel; at < pixel + 3; at += 1) {
      result[at] = Math.min(255, Math.floor((255 * rgba[at]!) / alpha));
    }
  }
  return result;
}
