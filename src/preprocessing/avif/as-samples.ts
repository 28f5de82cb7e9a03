import { DamagedPicture } from '../damaged-picture.js';
import { type Box, boxesIn, boxNamed, boxOf } from './boxes.js';
import { isWide, numbersOf } from './meta.js';
import { type Avif, isCodePoints } from './read-avif.js';

/** A box `colr` which says that what is stored are colours: unspecified primaries and transfer, the identity, all values used. */
const AS_COLOURS = boxOf('colr', Buffer.from('nclx'), Uint8Array.of(0, 2, 0, 2, 0, 0, 0x80));
const NO_TURN = boxOf('irot', Uint8Array.of(0));

/**
 * The same file, but such that a decoder gives what is stored: luma as green, Cb as blue, Cr as red, each as often as it has pixels, not turned. Its box `meta` stands at the end, so that nothing else is moved.
 * @throws DamagedPicture, RangeError
 */
export function asSamples({ meta }: Avif): Buffer {
  const { primary, properties, boxes, file } = meta;
  const plain = properties.map((box) => {
    if (!primary.properties.includes(box)) return box.whole;
    if (isCodePoints(box)) return AS_COLOURS;
    return box.type === 'irot' || box.type === 'imir' ? NO_TURN : box.whole;
  });
  const isSaid = primary.properties.some(isCodePoints);
  const ipco = boxOf('ipco', ...plain, ...(isSaid ? [] : [AS_COLOURS]));
  const iprp = boxesIn(boxNamed(boxes, 'iprp').content).map((box) => {
    if (box.type === 'ipco') return ipco;
    return box.type === 'ipma' && !isSaid ? withProperty(box, primary.id, plain.length + 1) : box.whole;
  });
  const inside = boxes.map((box) => (box.type === 'iprp' ? boxOf('iprp', ...iprp) : box.whole));
  const full = boxNamed(file, 'meta').content.subarray(0, 4);
  return Buffer.concat([...file.map(alone), boxOf('meta', full, ...inside)]);
}

/** A picture, though a sequence of them begins with it; its box `meta` is another one. */
function alone({ type, whole, content }: Box): Buffer {
  if (type === 'ftyp') return boxOf('ftyp', Buffer.alloc(content.length, 'avif'));
  if (type !== 'meta' && type !== 'moov') return whole;
  const free = Buffer.from(whole);
  free.write('free', 4, 'latin1');
  return free;
}

/** The box `ipma` with one property more for an item. */
function withProperty(ipma: Box, item: number, index: number): Buffer {
  const { content } = ipma;
  const list = numbersOf(content);
  const [idBytes, indexBytes] = [list.version === 0 ? 2 : 4, isWide(list) ? 2 : 1];
  if (index > (indexBytes === 2 ? 0x7fff : 0x7f)) throw new DamagedPicture('It has too many properties.');
  let at = 8;
  for (let left = list.number(4); left > 0; left -= 1) {
    const count = content.readUInt8(at + idBytes);
    const end = at + idBytes + 1 + count * indexBytes;
    if (content.readUIntBE(at, idBytes) === item && count < 255) {
      const changed = Buffer.concat([
        content.subarray(0, end),
        Buffer.alloc(indexBytes),
        content.subarray(end),
      ]);
      changed.writeUInt8(count + 1, at + idBytes);
      changed.writeUIntBE(index, end, indexBytes);
      return boxOf('ipma', changed);
    }
    at = end;
  }
  return ipma.whole;
}
