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
  adobe: 0xee,
} as const;

/** What a scan codes between two restarts. */
export interface Coded {
  /** In bytes of the picture. */
  readonly begin: number;
  readonly end: number;
  /** The number, from 0 to 7, of the restart before it; absent: it is the first. */
  readonly restart?: number;
}

/** A marker with what it says, or a scan with where its coded bytes lie. */
export interface Segment {
  readonly marker: number;
  readonly content: DataView;
  readonly coded: readonly Coded[];
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
    if (marker === MARKER.start || isReserved(marker))
      throw new JpegError('It has a marker that is none.', true);
    if (isRestart(marker) || marker === TEMPORARY) continue;
    if (at + 2 > bytes.length) throw tooShort();
    const length = bytes.readUInt16BE(at);
    if (length < 2 || at + length > bytes.length) throw tooShort();
    const content = new DataView(bytes.buffer, bytes.byteOffset + at + 2, length - 2);
    at += length;
    const coded = marker === MARKER.scan ? codedFrom(bytes, at) : [];
    at = coded.at(-1)?.end ?? at;
    yield { marker, content, coded };
  }
}

const tooShort = (): JpegError => new JpegError('It ends early.', true);

function isRestart(marker: number): boolean {
  return marker >= MARKER.firstRestart && marker <= MARKER.lastRestart;
}

const TEMPORARY = 0x01;

/** Of no known meaning: libjpeg refuses the picture. */
function isReserved(marker: number): boolean {
  return (
    (marker > TEMPORARY && marker < 0xc0) ||
    [0xc8, 0xde, 0xdf].includes(marker) ||
    (marker >= 0xf0 && marker < 0xfe)
  );
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

/** More than a picture of 65 million pixels can use; each takes memory. */
const MOST_RESTARTS = 2 ** 20;

/** In what is coded 0xff is followed by 0 or, maybe after more of them, by a marker; of the restarts another part follows. */
function codedFrom(bytes: Buffer, from: number): Coded[] {
  const coded: Coded[] = [];
  let [begin, restart]: [number, number?] = [from];
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const end = at;
    while (bytes[at + 1] === 0xff) at += 1;
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next === 0) {
      if (at > end) throw new JpegError('It has filling where there is no marker.');
      continue;
    }
    coded.push({ begin, end, restart });
    if (coded.length > MOST_RESTARTS) throw new JpegError('It has too many restarts.');
    if (!isRestart(next)) return coded;
    begin = at + 2;
    restart = next - MARKER.firstRestart;
  }
  throw tooShort();
}
