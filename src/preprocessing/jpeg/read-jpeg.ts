import { ServingError } from '../../errors/serving-error.js';
import { huffmanTable } from './huffman.js';
import { JpegError } from './jpeg-error.js';
import { MARKER, type Segment, segmentsOf } from './markers.js';
import { MOST_SCANS } from './scans.js';
import { STANDARD_HUFFMAN } from './standard-huffman.js';

/** What a JPEG says of itself, ready to be decoded. */
export interface Jpeg {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  readonly scans: readonly Scan[];
  readonly reading: Reading;
  /** Whether the scans of a progressive picture code all that there is of it. */
  readonly isComplete: boolean;
}

type Frame = Pick<Jpeg, 'width' | 'height' | 'isProgressive' | 'components'>;

/** What components are, as colour.part.as counts it. */
export const READING = {
  grey: 0,
  ycc: 1,
  rgb: 2,
  invertedCmyk: 3,
  cmyk: 4,
  ycck: 5,
  roundedCmyk: 6,
  roundedYcck: 7,
} as const;
export type Reading = (typeof READING)[keyof typeof READING];

export interface Component {
  readonly id: number;
  /** How many samples it has where the others have up to four, across and down. */
  readonly across: number;
  readonly down: number;
  readonly table: number;
  /** The 64 steps of its coefficients, row by row; those that held when its first scan began. */
  steps?: Uint16Array;
}

export interface Scan {
  readonly parts: readonly ScanPart[];
  /** The coefficients that it codes, and the bits of them: those above `high` came before, those from `low` on come now. */
  readonly from: number;
  readonly to: number;
  readonly high: number;
  readonly low: number;
  /** Units between two restarts; 0: there is none. */
  readonly restartInterval: number;
  readonly coded: Segment['coded'];
}

export interface ScanPart {
  readonly component: Component;
  /** See `huffmanTable`; absent: the picture has none of that number. */
  readonly dc: Uint8Array | undefined;
  readonly ac: Uint8Array | undefined;
}

const FRAME = { baseline: 0xc0, extended: 0xc1, progressive: 0xc2 } as const;
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/**
 * @throws ServingError IMAGE_UNSUPPORTED for what hardly anybody writes: arithmetic coding, 12 bits, lossless
 * @throws JpegError where it is damaged or ends early
 */
export function readJpeg(picture: Uint8Array): Jpeg {
  const reader = new JpegReader();
  try {
    for (const segment of segmentsOf(picture)) reader.read(segment);
  } catch (cause) {
    // From a DataView that was asked for what lies behind its end.
    throw cause instanceof RangeError ? new JpegError('A segment ends early.', true, { cause }) : cause;
  }
  return reader.finish();
}

class JpegReader {
  private frame: Frame | undefined;
  private readonly scans: Scan[] = [];
  private readonly steps = new Map<number, Uint16Array>();
  /** By class and number. */
  private readonly huffman = new Map<number, Uint8Array>();
  private restartInterval = 0;
  private hasJfif = false;
  private adobe: number | undefined;

  read(segment: Segment): void {
    const { marker, content } = segment;
    switch (marker) {
      case FRAME.baseline:
      case FRAME.extended:
      case FRAME.progressive:
        if (this.frame) throw new JpegError('It has two frames.', true);
        this.frame = readFrame(content, marker === FRAME.progressive);
        break;
      case MARKER.scan:
        this.readScan(segment);
        break;
      case MARKER.huffmanTables:
        for (const [slot, table] of readHuffman(content)) this.huffman.set(slot, table);
        break;
      case MARKER.quantisationTables:
        for (const [slot, steps] of readSteps(content)) this.steps.set(slot, steps);
        break;
      case MARKER.restartInterval:
        hasLength(content, 2);
        this.restartInterval = content.getUint16(0);
        break;
      case MARKER.jfif:
        this.hasJfif ||= startsWith(content, 'JFIF\0') && content.byteLength >= 14;
        break;
      case MARKER.adobe:
        if (startsWith(content, 'Adobe') && content.byteLength >= 12) this.adobe = content.getUint8(11);
        break;
      default:
        if (OTHER_FRAMES.includes(marker) || marker === MARKER.arithmeticConditioning) throw unsupported();
    }
  }

  finish(): Jpeg {
    const { frame, scans } = this;
    if (!frame || frame.components.some(({ steps }) => !steps))
      throw new JpegError('A component has no scan.');
    return {
      ...frame,
      scans,
      reading: this.readingOf(frame.components),
      isComplete: !frame.isProgressive || frame.components.every((component) => isWhole(component, scans)),
    };
  }

  private readScan({ content, coded }: Segment): void {
    if (!this.frame || this.scans.length === MOST_SCANS)
      throw new JpegError('It has no frame, or too many scans.');
    if (!this.frame.isProgressive && this.scans[0]?.parts.length === this.frame.components.length)
      throw new JpegError('It has a scan after all was coded.', true);
    const count = content.getUint8(0);
    hasLength(content, 4 + 2 * count);
    const parts = Array.from({ length: count }, (_, index): ScanPart => {
      const component = this.frame!.components.find(({ id }) => id === content.getUint8(1 + 2 * index));
      if (!component) throw new JpegError('A scan names a component that is none.');
      const steps = this.steps.get(component.table);
      if (!steps) throw new JpegError('A quantisation table is missing.');
      component.steps ??= steps;
      const tables = content.getUint8(2 + 2 * index);
      return { component, dc: this.huffmanOf(tables >> 4), ac: this.huffmanOf(AC | (tables & 15)) };
    });
    const [from, to, bits] = [1, 2, 3].map((index) => content.getUint8(2 * count + index)) as [
      number,
      number,
      number,
    ];
    const whole = this.frame.isProgressive
      ? { from, to, high: bits >> 4, low: bits & 15 }
      : { from: 0, to: 63, high: 0, low: 0 };
    this.scans.push(checked({ ...whole, parts, restartInterval: this.restartInterval, coded }));
  }

  /** Without a table of its own a sequential picture has the standard one, as libjpeg has it: webcams leave them out. */
  private huffmanOf(slot: number): Uint8Array | undefined {
    return this.huffman.get(slot) ?? (this.frame!.isProgressive ? undefined : STANDARD_HUFFMAN.get(slot));
  }

  /** As libjpeg guesses. */
  private readingOf(components: readonly Component[]): Reading {
    if (components.length === 1) return READING.grey;
    if (components.length === 4) {
      if (this.adobe === undefined) return READING.cmyk;
      return this.adobe === 0 ? READING.invertedCmyk : READING.ycck;
    }
    if (this.hasJfif) return READING.ycc;
    if (this.adobe !== undefined) return this.adobe === 0 ? READING.rgb : READING.ycc;
    return components.map(({ id }) => String.fromCharCode(id)).join('') === 'RGB' ? READING.rgb : READING.ycc;
  }
}

/** Of a first coefficient, less the one before. */
const MOST_DC_BITS = 15;

/** The class of a Huffman table beside its number. */
const AC = 0x10;

function readFrame(content: DataView, isProgressive: boolean): Frame {
  const [bits, height, width] = [content.getUint8(0), content.getUint16(1), content.getUint16(3)];
  const count = content.getUint8(5);
  if (bits !== 8) throw unsupported();
  hasLength(content, 6 + 3 * count);
  if (![1, 3, 4].includes(count) || height === 0 || width === 0)
    throw new JpegError('Its frame has no picture.', true);
  const components = Array.from({ length: count }, (_, index): Component => {
    const at = 6 + 3 * index;
    const factors = content.getUint8(at + 1);
    const [across, down] = [factors >> 4, factors & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4)
      throw new JpegError('A sampling factor is none.', true);
    return { id: content.getUint8(at), across, down, table: content.getUint8(at + 2) };
  });
  const most = mostOf(components);
  // Of a single component they say nothing.
  if (count === 1)
    return { width, height, isProgressive, components: [{ ...components[0]!, across: 1, down: 1 }] };
  if (components.some(({ across, down }) => most.across % across !== 0 || most.down % down !== 0))
    throw unsupported();
  return { width, height, isProgressive, components };
}

/** How many samples the components have of which the others have fewer. */
export function mostOf(components: readonly Component[]): Pick<Component, 'across' | 'down'> {
  return {
    across: Math.max(...components.map(({ across }) => across)),
    down: Math.max(...components.map(({ down }) => down)),
  };
}

/** Whether scans code each coefficient of a component down to its last bit. */
function isWhole(component: Component, scans: readonly Scan[]): boolean {
  const missing = new Set(ZIGZAG.keys());
  for (const { parts, from, to, low } of scans) {
    if (low > 0 || !parts.some((part) => part.component === component)) continue;
    for (let index = from; index <= to; index += 1) missing.delete(index);
  }
  return missing.size === 0;
}

/** What a decoder would otherwise read or write beyond. */
function checked(scan: Scan): Scan {
  const { parts, from, to, high, low } = scan;
  const isDc = from === 0;
  const blocks = parts.reduce((sum, { component: { across, down } }) => sum + across * down, 0);
  const isWrong =
    parts.length < 1 ||
    new Set(parts.map(({ component }) => component)).size < parts.length ||
    (parts.length > 1 && blocks > 10) ||
    from > to ||
    to > 63 ||
    low > 13 ||
    (high > 0 && low !== high - 1) ||
    (!isDc && parts.length > 1) ||
    (isDc && high === 0 && parts.some(({ dc }) => !dc)) ||
    (to > 0 && parts.some(({ ac }) => !ac));
  if (isWrong) throw new JpegError('A scan codes what it cannot.');
  return scan;
}

function* readHuffman(content: DataView): Generator<readonly [slot: number, table: Uint8Array]> {
  for (let at = 0; at < content.byteLength;) {
    const slot = content.getUint8(at);
    if ((slot & ~AC) > 3 || at + 17 > content.byteLength)
      throw new JpegError('A Huffman table is too short, or of a number that is none.', true);
    const counts = new Uint8Array(content.buffer, content.byteOffset + at + 1, 16);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 256 || at + 17 + total > content.byteLength)
      throw new JpegError('A Huffman table is too long.', true);
    const symbols = new Uint8Array(content.buffer, content.byteOffset + at + 17, total);
    if (slot < AC && symbols.some((symbol) => symbol > MOST_DC_BITS))
      throw new JpegError('A Huffman table has a symbol that is none.', true);
    yield [slot, huffmanTable(counts, symbols)];
    at += 17 + total;
  }
}

function* readSteps(content: DataView): Generator<readonly [slot: number, steps: Uint16Array]> {
  for (let at = 0; at < content.byteLength;) {
    const slot = content.getUint8(at);
    const isWide = slot >> 4 !== 0;
    if ((slot & 15) > 3) throw new JpegError('A quantisation table has a number that is none.', true);
    const steps = new Uint16Array(64);
    for (const [index, place] of ZIGZAG.entries()) {
      steps[place] = isWide ? content.getUint16(at + 1 + 2 * index) : content.getUint8(at + 1 + index);
    }
    yield [slot & 15, steps];
    at += isWide ? 129 : 65;
  }
}

/** Places in a block, row by row, in the order in which they are coded: along diagonals, to and fro. */
const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, place) => place).toSorted((a, b) => {
  const [diagonalOfA, diagonalOfB] = [(a >> 3) + (a & 7), (b >> 3) + (b & 7)];
  if (diagonalOfA !== diagonalOfB) return diagonalOfA - diagonalOfB;
  return diagonalOfA % 2 === 0 ? (a & 7) - (b & 7) : (b & 7) - (a & 7);
});

function hasLength({ byteLength }: DataView, length: number): void {
  if (byteLength !== length) throw new JpegError('A segment is too long or too short.', true);
}

function startsWith(content: DataView, text: string): boolean {
  return (
    content.byteLength >= text.length && [...text].every((c, at) => content.getUint8(at) === c.charCodeAt(0))
  );
}

function unsupported(): ServingError {
  return new ServingError(
    'IMAGE_UNSUPPORTED',
    'The picture is a JPEG of a rare kind; accepted are those of 8 bits with Huffman codes, baseline or progressive.',
  );
}
