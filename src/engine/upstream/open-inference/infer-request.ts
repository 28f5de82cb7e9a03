import { EngineError, type NamedTensors } from '../../engine.js';
import { nest, type Spelling, writeElements } from '../json/write-elements.js';
import type { UpstreamRequest } from '../upstream-message.js';
import { tensorBytes } from './binary-tensor.js';
import { datatypeOf } from './datatypes.js';

type Message = Pick<UpstreamRequest, 'headers' | 'body'>;

/** The tensors as bytes behind a JSON header; the answer's are asked for likewise. */
export function binaryRequest(inputs: NamedTensors): Message {
  const parts = Object.entries(inputs).map(([name, tensor]) => ({
    name,
    ...tensor,
    bytes: tensorBytes(tensor),
  }));
  const header = JSON.stringify({
    inputs: parts.map(({ name, shape, dtype, bytes }) => ({
      name,
      shape,
      datatype: datatypeOf(dtype),
      parameters: { binary_data_size: bytes.byteLength },
    })),
    parameters: { binary_data_output: true },
  });
  const head = Buffer.from(header);
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.byteLength),
    },
    body: Buffer.concat([head, ...parts.map(({ bytes }) => bytes)]),
  };
}

/** All in JSON, the elements in one list, row-major. @throws EngineError `input` for what JSON cannot say */
export function jsonRequest(inputs: NamedTensors): Message {
  const written = Object.entries(inputs).map(([name, tensor]) => {
    const about = JSON.stringify({ name, shape: tensor.shape, datatype: datatypeOf(tensor.dtype) });
    const elements = writeElements(tensor, SPELLING);
    return `${about.slice(0, -1)},"data":${nest(elements, [elements.length])}}`;
  });
  return {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(`{"inputs":[${written.join()}]}`),
  };
}

const SPELLING: Spelling = {
  notFinite: (value) => {
    throw new EngineError('input', `The remote server takes tensors as JSON, which has no ${value}.`);
  },
  string: (bytes) => {
    try {
      return JSON.stringify(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      throw new EngineError('input', 'The remote server takes tensors as JSON, and a string is not UTF-8.');
    }
  },
};
