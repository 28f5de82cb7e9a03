import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type MetaGraphDefSchema, SavedModelSchema } from './proto/saved_model_pb.js';
import { parseSavedModel, readSavedModel } from './saved-model-file.js';
import { SavedModelError } from './saved-model.errors.js';

type MetaGraph = MessageInitShape<typeof MetaGraphDefSchema>;
type MetaGraphFields = Omit<MetaGraph, '$typeName' | '$unknown'>;

function savedModel(...metaGraphs: MetaGraph[]): Uint8Array {
  return toBinary(SavedModelSchema, create(SavedModelSchema, { metaGraphs }));
}

function serving(rest: MetaGraphFields): MetaGraph {
  return { metaInfoDef: { tags: ['serve'] }, graphDef: {}, ...rest };
}

describe('A SavedModel is read', () => {
  it('with its signatures, graph and functions', async () => {
    const model = await readSavedModel('models/shapes/1');
    expect(model.tags).toEqual(['serve']);
    expect(model.signatures.get('serving_default')).toMatchObject({
      inputs: [
        { name: 'image', dtype: 'float32', shape: [null, 64, 64, 3], nodes: ['serving_default_image:0'] },
      ],
      outputs: [{ name: 'probabilities', dtype: 'float32', nodes: ['StatefulPartitionedCall_1:0'] }],
      methodName: 'tensorflow/serving/predict',
    });
    expect(model.graph.node.filter(({ op }) => op === 'VarHandleOp').length).toBeGreaterThan(0);
    const bodies = [...model.functions.values()].flatMap(({ nodeDef }) => nodeDef.map(({ op }) => op));
    expect(new Set(bodies)).toContain('Conv2D');
  });

  it('every dtype by its name, also those that the binding does not carry', async () => {
    const dtypes = [
      'float16',
      'bfloat16',
      'float64',
      'int8',
      'uint16',
      'uint32',
      'uint64',
      'string',
      'complex64',
      'bool',
    ];
    for (const dtype of dtypes) {
      const model = await readSavedModel(`test/fixtures/models/identity_${dtype}/1`);
      expect(model.signatures.get('serving_default')?.inputs[0]?.dtype).toBe(dtype);
    }
  });

  it('of several meta graphs the first that is for serving', () => {
    const train = { metaInfoDef: { tags: ['train'] }, graphDef: { node: [{ name: 'a' }] } };
    const { graph } = parseSavedModel(savedModel(train, serving({ graphDef: { node: [{ name: 'b' }] } })));
    expect(graph.node.map(({ name }) => name)).toEqual(['b']);
  });

  it('keeps what it does not know', () => {
    const bytes = Buffer.concat([savedModel(serving({})), Buffer.from('c23e03616263', 'hex')]);
    expect(
      Buffer.from(toBinary(SavedModelSchema, parseSavedModel(bytes).savedModel)).toString('hex'),
    ).toContain('c23e03616263');
  });

  it('sparse and composite tensors by all the tensors of the graph that make them up', () => {
    const cooSparse = { valuesTensorName: 'v:0', indicesTensorName: 'i:0', denseShapeTensorName: 's:0' };
    const name = (value: string) => ({ encoding: { case: 'name' as const, value } });
    const inputs = {
      sparse: { encoding: { case: 'cooSparse' as const, value: cooSparse } },
      composite: {
        encoding: { case: 'compositeTensor' as const, value: { components: [name('a:0'), name('b:0')] } },
      },
    };
    const { signatures } = parseSavedModel(savedModel(serving({ signatureDef: { f: { inputs } } })));
    expect(signatures.get('f')?.inputs.map(({ nodes }) => nodes)).toEqual([
      ['v:0', 'i:0', 's:0'],
      ['a:0', 'b:0'],
    ]);
  });
});

describe('A file that is no SavedModel is refused with one sentence', () => {
  it.each([
    ['an empty one', Buffer.alloc(0), 'saved_model.pb is empty.'],
    [
      'a picture',
      readFileSync('test/fixtures/images/red.png'),
      'saved_model.pb is not a SavedModel, or is damaged: it has a field of number 0 at byte 10.',
    ],
    [
      'text that is not UTF-8',
      Buffer.from('12050a03220180', 'hex'),
      'saved_model.pb is not a SavedModel, or is damaged: it has text that is not UTF-8.',
    ],
    [
      'no meta graph for serving',
      savedModel({ metaInfoDef: { tags: ['train'] } }),
      'saved_model.pb has no meta graph with the tag "serve".',
    ],
    [
      'a tag that would name another meta graph',
      savedModel(serving({ metaInfoDef: { tags: ['serve', 'a,b'] } })),
      'saved_model.pb has a meta graph with the odd tag "a,b".',
    ],
    [
      'no graph',
      savedModel({ metaInfoDef: { tags: ['serve'] } }),
      'saved_model.pb has a meta graph without a graph.',
    ],
    [
      'two nodes of one name',
      savedModel(serving({ graphDef: { node: [{ name: 'x' }, { name: 'x' }] } })),
      'saved_model.pb has two nodes "x" in the graph.',
    ],
    [
      'two functions of one name',
      savedModel(
        serving({
          graphDef: { library: { function: [{ signature: { name: 'f' } }, { signature: { name: 'f' } }] } },
        }),
      ),
      'saved_model.pb has two functions "f".',
    ],
    [
      'an asset outside its folder',
      savedModel(serving({ assetFileDef: [{ filename: '../secret' }] })),
      'saved_model.pb names the asset "../secret", which is outside its folder.',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => parseSavedModel(bytes)).toThrow(
      new SavedModelError('saved_model.pb', message.slice('saved_model.pb '.length, -1)),
    );
  });
});

describe('A folder without a readable SavedModel is refused with one sentence', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'saved-model-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('one that is not there', async () => {
    await expect(readSavedModel(join(directory, 'none'))).rejects.toThrow(
      'saved_model.pb is missing, and there is no model.keras or model.h5 instead.',
    );
  });

  it('one with a folder of that name', async () => {
    await mkdir(join(directory, 'saved_model.pb'));
    await expect(readSavedModel(directory)).rejects.toThrow('saved_model.pb is not a regular file.');
  });

  it.each([
    ['saved_model.pbtxt', 'saved_model.pbtxt is a SavedModel as text, which this server does not read.'],
    ['saved_model.cpb', 'saved_model.cpb is a SavedModel in pieces, which this server does not read.'],
  ])('one with %s', async (file, message) => {
    await writeFile(join(directory, file), '');
    await expect(readSavedModel(directory)).rejects.toThrow(
      new SavedModelError(file, message.slice(file.length + 1, -1)),
    );
  });
});
