/**
 * RGBA with its colours weighed by alpha, so that what lies under transparent pixels does not bleed into their
 * neighbours when a picture is resampled; rounded as in Pillow's mode `RGBa`.
 */
export function premultiplied(rgba: Uint8Array): Uint8Array {
  return rgba.map((value, index) => {
    if (index % 4 === 3) return value;
    const product = value * (rgba[index | 3] ?? 0) + 128;
    return ((product >> 8) + product) >> 8;
  });
}

/** The inverse; where nothing shows, the values stay. */
export function unpremultiplied(rgba: Uint8Array): Uint8Array {
  return rgba.map((value, index) => {
    const alpha = rgba[index | 3] ?? 0;
    if (index % 4 === 3 || alpha === 0 || alpha === 255) return value;
    return Math.min(255, Math.floor((255 * value) / alpha));
  });
}
