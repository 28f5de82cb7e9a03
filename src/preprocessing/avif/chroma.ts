/** Colours that are stored at half the width, and maybe half the height, of their picture. */
export interface HalvedPlane {
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
}

/**
 * A row of colours at the width of the picture, blended as libyuv does it (`ScaleRowUp2_Linear`, `ScaleRowUp2_Bilinear`): each value lies a quarter of
 * the way from the nearest stored one to the next.
 * @param y the row of the picture
 * @param row takes the values, as many as the picture is wide
 * @param height of the picture where its colours have half as many rows; `undefined` where they have as many
 */
export function blendedRow(
  { data, width, height: rows }: HalvedPlane,
  y: number,
  row: Uint8Array | Uint16Array,
  height: number | undefined,
): void {
  const isEdge = height === undefined || y === 0 || (y === height - 1 && y % 2 === 1);
  const near = (height === undefined ? y : Math.min(y >> 1, rows - 1)) * width;
  const last = row.length - 1;
  const end = last >> 1;
  if (isEdge) {
    row[0] = data[near]!;
    for (let x = 0; x < end; x += 1) {
      const [a, b] = [data[near + x]!, data[near + x + 1]!];
      row[2 * x + 1] = (3 * a + b + 2) >> 2;
      row[2 * x + 2] = (a + 3 * b + 2) >> 2;
    }
    row[last] = data[near + end]!;
    return;
  }
  const far = near + (y % 2 === 1 ? width : -width);
  row[0] = (3 * data[near]! + data[far]! + 2) >> 2;
  for (let x = 0; x < end; x += 1) {
    const a = 3 * data[near + x]! + data[far + x]!;
    const b = 3 * data[near + x + 1]! + data[far + x + 1]!;
    row[2 * x + 1] = (3 * a + b + 8) >> 4;
    row[2 * x + 2] = (a + 3 * b + 8) >> 4;
  }
  row[last] = (3 * data[near + end]! + data[far + end]! + 2) >> 2;
}

/** The same without blending: each value twice. */
export function repeatedRow(
  { data, width }: HalvedPlane,
  y: number,
  row: Uint8Array | Uint16Array,
  height: number | undefined,
): void {
  const start = (height === undefined ? y : y >> 1) * width;
  for (let x = 0; x < row.length; x += 1) row[x] = data[start + (x >> 1)]!;
}
