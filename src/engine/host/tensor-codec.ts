import type { NamedTensors } from '../engine.js';
import {
  type DType,
  elements,
  entriesPerElement,
  type Normalise,
  NUMBER_ARRAYS,
  type Tensor,
} from '../tensor.js';

/** What a frame's header says of one tensor of its payload. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Strings only: the length of each element, in bytes. */
  readonly lengths?: readonly number[];
  readonly normalise?: Normalise;
}

const ALIGNMENT = 8;
const PADDING = new Uint8Array(ALIGNMENT);

/** Headers and payload of some tensors; each tensor starts on an 8-byte boundary of the payload. */
export function encodeTensors(tensors: NamedTensors): { headers: TensorHeader[]; payload: Uint8Array[] } {
  const headers: TensorHeader[] = [];
  const payload: Uint8Array[] = [];
  for (const [name, { dtype, shape, data, normalise }] of Object.entries(tensors)) {
    const parts = ArrayBuffer.isView(data) ? [bytesOf(data)] : data;
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
    headers.push({
      name,
      dtype,
      shape,
      ...(dtype === 'string' && { lengths: parts.map((part) => part.byteLength) }),
      ...(normalise && { normalise }),
    });
    for (const part of parts) payload.push(part); // Spread over arguments, 200,000 strings overflow the stack.
    if (length % ALIGNMENT !== 0) payload.push(PADDING.subarray(length % ALIGNMENT));
  }
  return { headers, payload };
}

/** The tensors of a payload. Their data look into it; they do not copy. */
export function decodeTensors(headers: readonly TensorHeader[], payload: Uint8Array): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  let offset = 0;
  for (const { name, dtype, shape, lengths, normalise } of headers) {
    const start = offset;
    let data: Tensor['data'];
    if (dtype === 'string') {
      data = (lengths ?? []).map((length) => payload.subarray(offset, (offset += length)));
    } else {
      const count = elements(shape) * entriesPerElement(dtype);
      data = new NUMBER_ARRAYS[dtype](payload.buffer as ArrayBuffer, payload.byteOffset + start, count);
      offset += data.byteLength;
    }
    offset += (ALIGNMENT - ((offset - start) % ALIGNMENT)) % ALIGNMENT;
    tensors[name] = { dtype, shape, data, ...(normalise && { normalise }) };
  }
  return tensors;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
