/** Of Arai, Agui and Nakajima's transform: what each line of coefficients is scaled by. */
function scaleOf(line: number): number {
  return line === 0 ? 1 : Math.SQRT2 * Math.cos((line * Math.PI) / 16);
}

/** Scales have 14 bits behind the point, factors 2. */
const SCALE = 2 ** 14;
const SHIFT = 12;

/**
 * What the fast transform multiplies coefficients by, row by row: their steps with the scales of its lines, rounded as libjpeg-turbo does for JDCT_IFAST.
 * @param steps of quantisation, 64 row by row
 */
export function factorsOf(steps: Uint16Array): Int16Array {
  return Int16Array.from(steps, (step, place) => {
    const scale = Math.round(SCALE * scaleOf(place >> 3) * scaleOf(place & 7));
    // Steps of more than 15 bits wrap, and so do factors, as they do there.
    const signed = (step << 16) >> 16;
    return (signed * scale + (1 << (SHIFT - 1))) >> SHIFT;
  });
}
