import type { FlatGraph } from '../../graph/flat-graph.js';
import { attribute, makeNode } from '../../graph/nodes.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { cutPictureEdges } from './picture-edges.js';

const STRING = { T: attribute.type(DataType.DT_STRING) };
const BYTES = { T: attribute.type(DataType.DT_UINT8) };

const decoder = (attr: NodeDef['attr'] = {}) =>
  makeNode('DecodePng', 'decode', ['flat'], { channels: attribute.int(3), ...attr });
const encoder = (attr: NodeDef['attr'] = {}) =>
  makeNode('EncodePng', 'encode', ['bytes'], { ...BYTES, ...attr });

/** in -> Reshape -> decoder -> Cast twice -> encoder -> out, and what is added to that. */
function graphOf(decode: NodeDef, encode: NodeDef, ...more: readonly NodeDef[]): FlatGraph {
  const picture = { name: 'image', dtype: 'string', dataType: DataType.DT_STRING, shape: [null] };
  const cast = (name: string, input: string, from: DataType, to: DataType) =>
    makeNode('Cast', name, [input], { SrcT: attribute.type(from), DstT: attribute.type(to) });
  return {
    nodes: [
      makeNode('Placeholder', 'in', [], { dtype: STRING.T }),
      makeNode('Const', 'none', []),
      makeNode('Reshape', 'flat', ['in', 'none'], STRING),
      decode,
      cast('numbers', 'decode', DataType.DT_UINT8, DataType.DT_FLOAT),
      cast('bytes', 'numbers', DataType.DT_FLOAT, DataType.DT_UINT8),
      encode,
      makeNode('ExpandDims', 'batch', ['encode', 'none'], STRING),
      makeNode('Identity', 'out', ['batch'], STRING),
      ...more,
    ],
    signatures: new Map([
      [
        'serve',
        {
          inputs: [{ ...picture, nodes: ['in:0'] }],
          outputs: ['out', ...more.map(({ name }) => name)].map((name) => ({
            ...picture,
            nodes: [`${name}:0`],
          })),
          methodName: '',
        },
      ],
    ]),
  };
}

const opsOf = ({ nodes }: FlatGraph) => nodes.map(({ op }) => op).toSorted();

describe('the codecs at the edges of a graph', () => {
  it('are taken out, and what they do is told', () => {
    const { graph, decodings, encodings } = cutPictureEdges(graphOf(decoder(), encoder()));
    expect(opsOf(graph)).toEqual(['Cast', 'Cast', 'Identity', 'Placeholder', 'Placeholder']);
    expect(graph.nodes.find(({ name }) => name === 'out')!.input).toEqual(['bytes']);
    expect(decodings).toEqual(
      new Map([['in:0', [{ feed: 'decode', channels: 3, bits: 8, isAccurate: false }]]]),
    );
    expect(encodings).toEqual(new Map([['out:0', { format: 'png', compression: -1 }]]));
  });

  it('keep what their attributes say', () => {
    const jpeg = makeNode('EncodeJpeg', 'encode', ['bytes'], {
      quality: attribute.int(80),
      chroma_downsampling: attribute.bool(false),
    });
    const wide = decoder({ dtype: attribute.type(DataType.DT_UINT16), channels: attribute.int(1) });
    const { decodings, encodings } = cutPictureEdges(graphOf(wide, jpeg));
    expect(decodings.get('in:0')).toEqual([{ feed: 'decode', channels: 1, bits: 16, isAccurate: false }]);
    const expected = { format: 'jpeg', quality: 80, progressive: false, subsampled: false };
    expect(encodings.get('out:0')).toEqual(expected);
  });

  it('stay where an input is taken by something else as well', () => {
    const hash = makeNode('StringLength', 'length', ['in'], STRING);
    const { graph, decodings } = cutPictureEdges(graphOf(decoder(), encoder(), hash));
    expect(decodings.size).toBe(0);
    expect(opsOf(graph)).toContain('DecodePng');
  });

  it('stay where they do what is not done here', () => {
    const half = makeNode('DecodeJpeg', 'decode', ['flat'], { ratio: attribute.int(2) });
    expect(cutPictureEdges(graphOf(half, encoder())).decodings.size).toBe(0);
    const real = makeNode('DecodeImage', 'decode', ['flat'], { dtype: attribute.type(DataType.DT_FLOAT) });
    expect(cutPictureEdges(graphOf(real, encoder())).decodings.size).toBe(0);
    const wide = encoder({ T: attribute.type(DataType.DT_UINT16) });
    expect(cutPictureEdges(graphOf(decoder(), wide)).encodings.size).toBe(0);
  });
});
