import { crc32, deflateSync } from 'node:zlib';

/** Samples of a pixel, by the colour type of a PNG. */
const SAMPLES = { 0: 1, 2: 3, 6: 4 } as const;

interface PngKind {
  readonly colour?: keyof typeof SAMPLES;
  readonly bits?: 8 | 16;
  readonly interlaced?: boolean;
}

/** A black PNG, some thousandths of a byte a pixel. */
export function blackPng(
  width: number,
  height: number,
  { colour = 2, bits = 8, interlaced = false }: PngKind = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, Number(interlaced)], 8);
  const passes = interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  const bytes = passes.reduce((sum, [left, top, across, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    return columns > 0 && rows > 0 ? sum + rows * (1 + (columns * SAMPLES[colour] * bits) / 8) : sum;
  }, 0);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(bytes), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Where each pass of an interlaced PNG begins, and how far apart its pixels are. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

const COMPONENTS = [1, 2, 3];
/** Blocks that one code says to hold nothing more. */
const LONGEST_RUN = 2 ** 15 - 1;

/**
 * A grey progressive JPEG of three components, well-formed: each scan but the first one refines one coefficient of one component by one
 * bit. At most 2647 scans.
 */
export function manyScansJpeg(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const nothing = endOfBlocks(blocks);
  const refinements = Array.from({ length: 14 }, (_, step) => 13 - step).flatMap((low) =>
    Array.from({ length: 63 }, (_, before) => before + 1).flatMap((place) =>
      COMPONENTS.map((component) => scanOf([component], place, low, nothing)),
    ),
  );
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)]),
    segment(
      0xc2,
      [8, height >> 8, height & 255, width >> 8, width & 255, 3].concat(
        COMPONENTS.flatMap((component) => [component, 0x11, 0]),
      ),
    ),
    // One code each, a bit 0: no difference, and an end of 2 ** 14 blocks and as many as 14 bits say.
    segment(0xc4, [0, 1, ...Array.from({ length: 15 }, () => 0), 0]),
    segment(0xc4, [0x10, 1, ...Array.from({ length: 15 }, () => 0), 0xe0]),
    scanOf(COMPONENTS, 0, 0, Buffer.alloc(Math.ceil((3 * blocks) / 8))),
    ...refinements.slice(0, scans - 1),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function scanOf(components: readonly number[], place: number, low: number, coded: Buffer): Buffer {
  const high = place === 0 || low === 13 ? 0 : low + 1;
  const parts = components.flatMap((component) => [component, 0]);
  return Buffer.concat([
    segment(0xda, [components.length, ...parts, place, place, (high << 4) | low]),
    coded,
  ]);
}

/** So many blocks without anything, in runs. */
function endOfBlocks(blocks: number): Buffer {
  const runs = Array.from({ length: Math.ceil(blocks / LONGEST_RUN) }, () => LONGEST_RUN);
  const bits = runs.map((run) => `0${(run - 2 ** 14).toString(2).padStart(14, '0')}`).join('');
  const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2));
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])));
}

function segment(marker: number, content: readonly number[]): Buffer {
  const length = content.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content]);
}
