import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { carriedSignatures } from './signatures.js';

const tensor = (name: string, dtype: string, nodes = [`${name}:0`]): SavedTensor => ({
  name,
  dtype,
  dataType: DataType.DT_FLOAT,
  shape: [null],
  nodes,
});
const signature = (input: SavedTensor, output: SavedTensor): SavedSignature => ({
  inputs: [input],
  outputs: [output],
  methodName: '',
});

describe('the signatures of a model', () => {
  it('are served if all their tensors are dense and of dtypes that are carried', () => {
    const all = new Map([
      ['serve', signature(tensor('x', 'float64'), tensor('y', 'bfloat16'))],
      ['sparse', signature(tensor('x', 'float32', ['v:0', 'i:0', 's:0']), tensor('y', 'float32'))],
      ['quantised', signature(tensor('x', 'float32'), tensor('y', 'qint8'))],
      ['__saved_model_init_op', signature(tensor('x', 'float32'), tensor('y', 'float32'))],
    ]);
    const { signatures, refused } = carriedSignatures(all);
    expect([...signatures.keys()]).toEqual(['serve']);
    expect(Object.fromEntries(refused)).toEqual({
      sparse:
        'Signature sparse cannot be served: its input x is sparse or made of several tensors. Export it as a dense one.',
      quantised:
        'Signature quantised cannot be served: its output y is qint8, which this server does not carry. Export it with a Cast to float32 or int32.',
    });
  });
});
