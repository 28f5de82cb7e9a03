import { MARKER } from './markers.js';

/** More come with no program that writes JPEG; each makes a decoder go over the whole picture. */
export const MOST_SCANS = 100;

const BEGIN_OF_SCAN = Buffer.from([0xff, MARKER.scan]);

/** Whether a JPEG has more scans than are decoded; also where it has so many other things that this is not to be told soon. */
export function hasTooManyScans(picture: Uint8Array): boolean {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  return mayHaveTooManyScans(bytes) && countScans(bytes) > MOST_SCANS;
}

/** What looks like the begin of a scan may lie in a thumbnail, or behind the picture. */
function mayHaveTooManyScans(bytes: Buffer): boolean {
  let at = -2;
  for (let count = 0; count <= MOST_SCANS; count += 1) {
    at = bytes.indexOf(BEGIN_OF_SCAN, at + 2);
    if (at < 0) return false;
  }
  return true;
}

/** Where each so many bytes hold a 0xff no camera wrote them. */
const LEAST_BYTES_PER_STEP = 16;

/** Scans up to the end of the picture; `Infinity` where counting them would take long. */
function countScans(bytes: Buffer): number {
  let scans = 0;
  let at = 2;
  for (let steps = bytes.length / LEAST_BYTES_PER_STEP + 1000; steps > 0; steps -= 1) {
    at = bytes.indexOf(0xff, at);
    const marker = bytes[at + 1];
    if (at < 0 || marker === undefined || marker === MARKER.end) return scans;
    if (marker === MARKER.scan) scans += 1;
    at += isAlone(marker) ? 1 : 2 + (at + 4 <= bytes.length ? bytes.readUInt16BE(at + 2) : 0);
  }
  return Infinity;
}

/** Of a marker that no segment follows, of a 0xff that is coded, and of one before another. */
function isAlone(marker: number): boolean {
  return marker < 0xc0 || marker === 0xff || (marker >= MARKER.firstRestart && marker <= MARKER.start);
}
