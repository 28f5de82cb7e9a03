import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { admit } from './admit.js';
import type { GraphDefSchema, NodeDef } from './proto/graph_pb.js';
import { SavedModelSchema } from './proto/saved_model_pb.js';
import { DataType } from './proto/tensor_pb.js';
import { parseSavedModel, type SavedModelFile } from './saved-model-file.js';

type Signatures = Readonly<Record<string, readonly [input: string, output: string]>>;

function modelOf(
  node: MessageInitShape<typeof GraphDefSchema>['node'],
  signatures: Signatures,
): SavedModelFile {
  const tensor = (name: string): object => ({
    encoding: { case: 'name', value: name },
    dtype: DataType.DT_FLOAT,
  });
  const signatureDef = Object.fromEntries(
    Object.entries(signatures).map(([name, [input, output]]) => [
      name,
      { inputs: { x: tensor(input) }, outputs: { y: tensor(output) } },
    ]),
  );
  const metaGraph = { metaInfoDef: { tags: ['serve'] }, graphDef: { node }, signatureDef };
  return parseSavedModel(toBinary(SavedModelSchema, create(SavedModelSchema, { metaGraphs: [metaGraph] })));
}

const shown = ({ graph }: SavedModelFile): string =>
  graph.node.map(({ name, op }: NodeDef) => `${name}=${op}`).join(' ');

/** Pictures are read from files for training; to serve them they are fed where they come out. */
const PIPELINE = [
  { name: 'path', op: 'Const' },
  { name: 'file', op: 'ReadFile', input: ['path'] },
  { name: 'picture', op: 'Identity', input: ['file'] },
  { name: 'y', op: 'Neg', input: ['picture'] },
];

describe('what may run of a model with an op that is refused', () => {
  it('is what a signature reaches from what is fed, and what is fed becomes a placeholder', () => {
    const { model, refusal } = admit(modelOf(PIPELINE, { serve: ['picture:0', 'y:0'] }), []);
    expect(refusal).toBeNull();
    expect(shown(model)).toBe('picture=Placeholder y=Neg');
  });

  it('is not what another signature feeds and this one computes', () => {
    const signatures = { serve: ['picture:0', 'y:0'], train: ['path:0', 'y:0'] } as const;
    const { model, refused } = admit(modelOf(PIPELINE, signatures), []);
    expect([...refused.keys()]).toEqual(['train']);
    expect(shown(model)).toBe('picture=Placeholder y=Neg');
    expect([...model.signatures.keys()]).toEqual(['serve']);
  });

  it('is nothing where the answer waits for the op, or where another output of the fed node is taken', () => {
    for (const input of [
      ['picture', '^file'],
      ['picture', '^picture'],
      ['picture:1'],
      ['picture', 'picture:1'],
    ]) {
      const nodes = [...PIPELINE.slice(0, 3), { name: 'y', op: 'AddN', input }];
      expect(admit(modelOf(nodes, { serve: ['picture:0', 'y:0'] }), []).refusal).toMatch(
        /^The op ReadFile \(node file\)/,
      );
    }
  });

  it('is all of it where the op is trusted', () => {
    const model = modelOf(PIPELINE, { serve: ['picture:0', 'y:0'] });
    expect(admit(model, ['ReadFile']).model).toBe(model);
  });
});
