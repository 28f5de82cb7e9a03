import { DamagedPicture } from '../damaged-picture.js';
import { type Box, boxesIn, boxNamed } from './boxes.js';

/** Version and flags, before the content of some boxes. */
export const FULL = 4;

/** What the box `meta` of a picture says of the one that is shown (ISO/IEC 23008-12). */
export interface Meta {
  readonly whole: Buffer;
  /** The same, box by box. */
  readonly file: readonly Box[];
  readonly boxes: readonly Box[];
  readonly properties: readonly Box[];
  readonly primary: Item;
  readonly references: readonly Reference[];
}

export interface Item {
  readonly id: number;
  /** `av01`, `grid`, … */
  readonly type: string;
  /** Its properties, in their order. */
  readonly properties: readonly Box[];
}

/** From one item to others: alpha is `auxl` of its picture, a picture whose colours are multiplied by its alpha is `prem` of that. */
export interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

/** @throws DamagedPicture, RangeError */
export function readMeta(picture: Uint8Array): Meta {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  const file = boxesIn(bytes);
  const boxes = boxesIn(boxNamed(file, 'meta').content.subarray(FULL));
  const shown = numbersOf(boxNamed(boxes, 'pitm').content);
  const id = shown.number(shown.version === 0 ? 2 : 4);
  const iprp = boxesIn(boxNamed(boxes, 'iprp').content);
  const properties = boxesIn(boxNamed(iprp, 'ipco').content);
  const primary = {
    id,
    type: typeOf(boxNamed(boxes, 'iinf').content, id),
    properties: iprp
      .filter(({ type }) => type === 'ipma')
      .flatMap(({ content }) => associations(content).get(id) ?? [])
      .map((index) => {
        const property = properties[index - 1];
        if (!property) throw new DamagedPicture('A property is missing.');
        return property;
      }),
  };
  const iref = boxes.find(({ type }) => type === 'iref');
  return {
    whole: bytes,
    file,
    boxes,
    properties,
    primary,
    references: iref ? referencesIn(iref.content) : [],
  };
}

/** The content of a full box, number by number. */
export interface Numbers {
  readonly version: number;
  readonly flags: number;
  /** The next unsigned one. */
  number(bytes: number): number;
  /** The next one, of 0, 4 or 8 bytes. */
  long(bytes: number): number;
  /** What is left. */
  rest(): Buffer;
}

export function numbersOf(content: Buffer): Numbers {
  let at = FULL;
  const number = (bytes: number): number => {
    at += bytes;
    return content.readUIntBE(at - bytes, bytes);
  };
  return {
    version: content.readUInt8(0),
    flags: content.readUIntBE(1, 3),
    number,
    long: (bytes) => (bytes === 0 ? 0 : bytes === 8 ? number(4) * 2 ** 32 + number(4) : number(bytes)),
    rest: () => content.subarray(at),
  };
}

/**
 * Where the bytes of the primary picture begin, for a look at them.
 * @throws DamagedPicture where they are not told, or lie in parts of the file that need more than a look
 */
export function dataOf({ boxes, primary, whole }: Meta): Buffer {
  const list = numbersOf(boxNamed(boxes, 'iloc').content);
  const [sizes, more] = [list.number(1), list.number(1)];
  const [offset, length, base, index] = [sizes >> 4, sizes & 15, more >> 4, more & 15];
  for (let left = list.number(list.version < 2 ? 2 : 4); left > 0; left -= 1) {
    const item = list.number(list.version < 2 ? 2 : 4);
    const method = list.version === 0 ? 0 : list.number(2) & 15;
    list.number(2);
    const start = list.long(base);
    for (let extent = list.number(2); extent > 0; extent -= 1) {
      if (list.version > 0) list.long(index);
      const at = start + list.long(offset);
      const size = list.long(length);
      if (item === primary.id && method === 0)
        return whole.subarray(at, size === 0 ? whole.length : at + size);
    }
  }
  throw new DamagedPicture('It does not say where its picture lies.');
}

function typeOf(iinf: Buffer, id: number): string {
  const list = numbersOf(iinf);
  list.number(list.version === 0 ? 2 : 4);
  for (const { type, content } of boxesIn(list.rest())) {
    if (type !== 'infe') continue;
    const entry = numbersOf(content);
    if (entry.version < 2) continue;
    const item = entry.number(entry.version === 2 ? 2 : 4);
    entry.number(2);
    if (item === id) return entry.rest().toString('latin1', 0, 4);
  }
  throw new DamagedPicture('The picture that it shows is missing.');
}

/** The properties of each item, by their places in `ipco`, from 1. */
function associations(ipma: Buffer): ReadonlyMap<number, readonly number[]> {
  const list = numbersOf(ipma);
  const wide = isWide(list);
  const found = new Map<number, readonly number[]>();
  for (let left = list.number(4); left > 0; left -= 1) {
    const item = list.number(list.version === 0 ? 2 : 4);
    const indices = Array.from({ length: list.number(1) }, () =>
      wide ? list.number(2) & 0x7fff : list.number(1) & 0x7f,
    );
    found.set(item, indices);
  }
  return found;
}

/** Whether the places of properties take two bytes. */
export function isWide({ flags }: Pick<Numbers, 'flags'>): boolean {
  return (flags & 1) === 1;
}

function referencesIn(iref: Buffer): readonly Reference[] {
  const bytes = iref.readUInt8(0) === 0 ? 2 : 4;
  return boxesIn(iref.subarray(FULL)).map(({ type, content }) => {
    const ids = Array.from({ length: content.readUInt16BE(bytes) }, (_, index) =>
      content.readUIntBE(bytes + 2 + index * bytes, bytes),
    );
    return { type, from: content.readUIntBE(0, bytes), to: ids };
  });
}
