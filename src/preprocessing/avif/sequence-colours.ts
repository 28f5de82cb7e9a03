import { DamagedPicture } from '../damaged-picture.js';

/** How numbers stand for colours: the code points of ITU-T H.273. */
export interface ColourCoding {
  readonly matrix: number;
  /** All values are used; else those of television, 16 to 235 of 255. */
  readonly isFull: boolean;
}

const SEQUENCE_HEADER = 1;
/** Code points of H.273. */
const UNSPECIFIED = 2;
const [BT709, SRGB, IDENTITY] = [1, 13, 0];

class Bits {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1, this.at += 1)
      value = value * 2 + ((this.bytes.readUInt8(this.at >> 3) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  /** `uvlc` of the AV1 specification, 4.10.3. */
  skipVariable(): void {
    let zeros = 0;
    while (!this.flag()) if (++zeros === 32) return;
    this.read(zeros);
  }
}

/**
 * What an AV1 stream says of its colours, for a file that does not (AV1 specification, 5.5).
 * @param units the units of the stream, among the first of which is the sequence header
 * @throws DamagedPicture, RangeError
 */
export function sequenceColours(units: Buffer): ColourCoding {
  for (let at = 0; at < units.length;) {
    const head = units.readUInt8(at);
    const hasExtension = (head & 4) !== 0;
    at += hasExtension ? 2 : 1;
    const [size, taken] = (head & 2) === 0 ? [units.length - at, 0] : leb128(units, at);
    at += taken;
    if (((head >> 3) & 15) === SEQUENCE_HEADER) return coloursIn(new Bits(units.subarray(at, at + size)));
    at += size;
  }
  throw new DamagedPicture('Its stream has no sequence header.');
}

function leb128(bytes: Buffer, at: number): readonly [value: number, taken: number] {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return [value, index + 1];
  }
  throw new DamagedPicture('A length in its stream has no end.');
}

function coloursIn(bits: Bits): ColourCoding {
  const profile = bits.read(3);
  bits.flag(); // still_picture
  const isReduced = bits.flag();
  if (isReduced) bits.read(5);
  else skipTiming(bits);
  const [width, height] = [bits.read(4) + 1, bits.read(4) + 1];
  bits.read(width);
  bits.read(height);
  if (!isReduced && bits.flag()) bits.read(7); // frame ids
  bits.read(3); // 128 × 128 superblocks, filter intra, intra edge
  if (!isReduced) skipTools(bits);
  bits.read(3); // superres, cdef, restoration
  return colourConfig(bits, profile);
}

function skipTiming(bits: Bits): void {
  let delayBits = 0;
  if (bits.flag()) {
    bits.read(32);
    bits.read(32);
    if (bits.flag()) bits.skipVariable();
    if (bits.flag()) {
      delayBits = bits.read(5) + 1;
      bits.read(32);
      bits.read(10);
    }
  }
  const hasDisplayDelay = bits.flag();
  for (let left = bits.read(5) + 1; left > 0; left -= 1) {
    bits.read(12);
    if (bits.read(5) > 7) bits.flag();
    if (delayBits > 0 && bits.flag()) {
      bits.read(delayBits);
      bits.read(delayBits);
      bits.flag();
    }
    if (hasDisplayDelay && bits.flag()) bits.read(4);
  }
}

function skipTools(bits: Bits): void {
  bits.read(4); // interintra, masked, warped, dual filter
  const hasOrder = bits.flag();
  if (hasOrder) bits.read(2); // joint compound, frame motion vectors
  const mayBeScreen = bits.flag() || bits.flag(); // chosen by each frame, or for all
  if (mayBeScreen && !bits.flag()) bits.read(1);
  if (hasOrder) bits.read(3);
}

function colourConfig(bits: Bits, profile: number): ColourCoding {
  const isHigh = bits.flag();
  if (profile === 2 && isHigh) bits.flag();
  const isMono = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag()
    ? [bits.read(8), bits.read(8), bits.read(8)]
    : [UNSPECIFIED, UNSPECIFIED, UNSPECIFIED];
  const isRgb = !isMono && primaries === BT709 && transfer === SRGB && matrix === IDENTITY;
  return { matrix: matrix!, isFull: isRgb || bits.flag() };
}
