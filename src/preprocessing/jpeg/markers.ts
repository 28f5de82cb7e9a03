import { JpegError } from './jpeg-error.js';

/** The markers of JPEG that are read (ITU-T T.81, table B.1), without their 0xff. */
export const MARKER = {
  huffmanTables: 0xc4,
  arithmeticConditioning: 0xcc,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantisationTables: 0xdb,
  restartInterval: 0xdd,
  jfif: 0xe0,
  exif: 0xe1,
  adobe: 0xee,
} as const;

/** A marker with what it says, or a scan with where its coded bytes lie. */
export interface Segment {
  readonly marker: number;
  readonly content: DataView;
  /** Of a scan: begin and end of what is coded between two restarts, in bytes of the picture. */
  readonly coded: readonly (readonly [begin: number, end: number])[];
}

/**
 * The segments of a JPEG up to its end. Bytes between them that are no marker are passed over, as libjpeg does.
 * @throws JpegError where it ends early
 */
export function* segmentsOf(picture: Uint8Array): Generator<Segment> {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  let at = 2;
  for (;;) {
    at = nextMarker(bytes, at);
    const marker = bytes[at - 1]!;
    if (marker === MARKER.end) return;
    if (hasNoContent(marker)) continue;
    if (at + 2 > bytes.length) throw tooShort();
    const length = bytes.readUInt16BE(at);
    if (length < 2 || at + length > bytes.length) throw tooShort();
    const content = new DataView(bytes.buffer, bytes.byteOffset + at + 2, length - 2);
    at += length;
    const coded = marker === MARKER.scan ? codedFrom(bytes, at) : [];
    at = coded.at(-1)?.[1] ?? at;
    yield { marker, content, coded };
  }
}

const tooShort = (): JpegError => new JpegError('It ends early.');

function isRestart(marker: number): boolean {
  return marker >= MARKER.firstRestart && marker <= MARKER.lastRestart;
}

const TEMPORARY = 0x01;

function hasNoContent(marker: number): boolean {
  return isRestart(marker) || marker === MARKER.start || marker === TEMPORARY;
}

/** @returns where the next marker ends */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = from; ; at += 1) {
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    if (at < 0 || at + 1 >= bytes.length) throw tooShort();
    if (bytes[at + 1] !== 0) return at + 2;
  }
}

/** In what is coded 0xff is followed by 0, by more of them, or by a restart. */
function codedFrom(bytes: Buffer, from: number): [number, number][] {
  const coded: [number, number][] = [];
  let begin = from;
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next === 0 || next === 0xff) continue;
    coded.push([begin, at]);
    if (!isRestart(next)) return coded;
    begin = at + 2;
  }
  throw tooShort();
}
