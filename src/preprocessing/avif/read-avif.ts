import { ServingError } from '../../errors/serving-error.js';
import { DamagedPicture } from '../damaged-picture.js';
import type { Size } from '../preprocessing-config.js';
import type { Box } from './boxes.js';
import { dataOf, FULL, type Meta, readMeta } from './meta.js';
import { type ColourCoding, sequenceColours } from './sequence-colours.js';

/** How an AVIF stores its picture. */
export interface Avif extends Size, ColourCoding {
  readonly meta: Meta;
  readonly bits: 8 | 10 | 12;
  readonly isMono: boolean;
  /** Whether its colours have half as many columns, and half as many rows. */
  readonly halved: { readonly x: boolean; readonly y: boolean };
  readonly hasAlpha: boolean;
  /** From 1 to 8, as Exif has it: `irot` and `imir`. What Exif says itself does not count, as in Pillow. */
  readonly orientation: number;
}

/** By the quarter turns against the clock of `irot`: without `imir`, with its axis 0, with its axis 1. */
const ORIENTATIONS = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
] as const;

/** Code points of H.273: BT.709, unspecified (read as BT.601), BT.601 of two systems, BT.2020; 0 where what is stored are colours. */
const MATRICES = [1, 2, 5, 6, 9];
const IDENTITY = 0;
/** With these greys are greys too. */
const GREY_MATRICES = [IDENTITY, 4, 7, 12];

/**
 * Reads the boxes of an AVIF, of its primary picture. What Pillow would read otherwise is refused by name.
 * @throws DamagedPicture, RangeError where the file ends before, ServingError IMAGE_UNSUPPORTED
 */
export function readAvif(picture: Uint8Array): Avif {
  const meta = readMeta(picture);
  const { primary, references } = meta;
  if (primary.type !== 'av01') throw refused(`of tiles or layers (${JSON.stringify(primary.type)})`);
  const property = (type: string): Buffer | undefined =>
    primary.properties.find((one) => one.type === type)?.content;
  const [size, config] = [property('ispe'), property('av1C')];
  if (!size || !config) throw new DamagedPicture('It does not say how large it is, or how it is stored.');
  if (references.some(({ type, from }) => type === 'prem' && from === primary.id))
    throw refused('whose colours are multiplied by its alpha');
  if (property('clap')) throw refused('that is cropped');
  const flags = config.readUInt8(2);
  const avif: Avif = {
    meta,
    width: size.readUInt32BE(FULL),
    height: size.readUInt32BE(FULL + 4),
    ...codingOf(meta),
    bits: (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12,
    isMono: (flags & 0x10) !== 0,
    halved: { x: (flags & 8) !== 0, y: (flags & 4) !== 0 },
    hasAlpha: references.some(({ type, to }) => type === 'auxl' && to.includes(primary.id)),
    orientation: orientationOf(property('irot'), property('imir')),
  };
  checkColours(avif);
  return avif;
}

/** The box `colr` has the last word, then the stream. */
function codingOf(meta: Meta): ColourCoding {
  const colours = meta.primary.properties.find(isCodePoints);
  if (!colours) return sequenceColours(dataOf(meta));
  return {
    matrix: colours.content.readUInt16BE(8),
    isFull: (colours.content.readUInt8(10) & 0x80) !== 0,
  };
}

/** Whether a property says by code points how colours are stored; a profile does not. */
export function isCodePoints({ type, content }: Box): boolean {
  return type === 'colr' && content.toString('latin1', 0, 4) === 'nclx';
}

function orientationOf(irot: Buffer | undefined, imir: Buffer | undefined): number {
  const turns = irot ? irot.readUInt8(0) & 3 : 0;
  const mirror = imir ? 1 + (imir.readUInt8(0) & 1) : 0;
  return ORIENTATIONS[turns]![mirror]!;
}

function checkColours({ matrix, isFull, isMono, bits, hasAlpha, halved }: Avif): void {
  if (bits > 8 && hasAlpha && !halved.y) throw refused(`of ${bits} bits with alpha`);
  if (isMono) {
    if (hasAlpha && bits > 8) throw refused(`of greys of ${bits} bits with alpha`);
    if (![...MATRICES, ...GREY_MATRICES].includes(matrix)) throw refused(`with greys of matrix ${matrix}`);
    return;
  }
  const areColours = matrix === IDENTITY && isFull && bits === 8 && !halved.x;
  if (!areColours && !MATRICES.includes(matrix)) throw refused(`with colours of matrix ${matrix}`);
}

function refused(what: string): ServingError {
  return new ServingError('IMAGE_UNSUPPORTED', `The picture is an AVIF ${what}; send it as PNG or JPEG.`);
}
