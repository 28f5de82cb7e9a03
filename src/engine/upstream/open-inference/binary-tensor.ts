import { elements, entriesPerElement, NUMBER_ARRAYS, type Tensor } from '../../tensor.js';
import { unreadable } from '../upstream-error.js';

/**
 * Tensors as bytes, as Triton's `docs/protocol/extension_binary_data.md` says: row-major, the least byte of a number first; a bool
 * is a byte; a string is its length, in four bytes, and its bytes.
 */
export function tensorBytes({ data }: Pick<Tensor, 'data'>): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = Buffer.allocUnsafe(data.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0));
  let offset = 0;
  for (const element of data) {
    offset = bytes.writeUInt32LE(element.byteLength, offset);
    bytes.set(element, offset);
    offset += element.byteLength;
  }
  return bytes;
}

/**
 * @param spec whose shape `bytes` must fill exactly; numbers are copied
 * @throws EngineError `upstream-failed`
 */
export function tensorOfBytes(
  bytes: Uint8Array,
  { name, dtype, shape }: Pick<Tensor, 'dtype' | 'shape'> & { readonly name: string },
): Tensor {
  const count = elements(shape);
  if (dtype === 'string') return { dtype, shape, data: stringsOf(bytes, count, name) };
  const Numbers = NUMBER_ARRAYS[dtype];
  const entries = count * entriesPerElement(dtype);
  if (bytes.byteLength !== entries * Numbers.BYTES_PER_ELEMENT)
    throw unreadable(`the output ${name} has ${bytes.byteLength} bytes for a shape of ${count} elements`);
  // Copied: a body's part begins at any byte, an array of numbers only at some.
  const data = new Numbers(new Uint8Array(bytes).buffer);
  return { dtype, shape, data: dtype === 'bool' ? Uint8Array.from(data as Uint8Array, asBit) : data };
}

function asBit(value: number): number {
  return value === 0 ? 0 : 1;
}

/** The strings look into `bytes`. */
function stringsOf(bytes: Uint8Array, count: number, name: string): Uint8Array[] {
  const fault = unreadable(`the output ${name} does not hold ${count} strings`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.byteLength) {
    if (strings.length === count || offset + 4 > bytes.byteLength) throw fault;
    const start = offset + 4;
    offset = start + view.getUint32(offset, true);
    if (offset > bytes.byteLength) throw fault;
    strings.push(bytes.subarray(start, offset));
  }
  if (strings.length !== count) throw fault;
  return strings;
}
