import { readdir } from 'node:fs/promises';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { checkOps, refusalSentence } from './check-ops.js';
import type { GraphDefSchema } from './proto/graph_pb.js';
import { SavedModelSchema } from './proto/saved_model_pb.js';
import { parseSavedModel, readSavedModel, type SavedModelFile } from './saved-model-file.js';

/** Fixture, op, node, the beginning of the function's name, and what the op can do. */
const UNSAFE: readonly [string, string, string, string | null, string][] = [
  ['read_file', 'ReadFile', 'reads', '__inference_', 'can read or write files'],
  ['write_file', 'WriteFile', 'writes', '__inference_', 'can read or write files'],
  ['matching_files', 'MatchingFiles', 'lists', '__inference_', 'can read or write files'],
  ['print_to_file', 'PrintV2', 'prints', '__inference_', 'can read or write files'],
  ['save', 'SaveV2', 'saves', '__inference_', 'can read or write files'],
  ['restore', 'RestoreV2', 'restores', '__inference_', 'can read or write files'],
  ['merge_checkpoints', 'MergeV2Checkpoints', 'merges', '__inference_', 'can read or write files'],
  ['in_if_branch', 'ReadFile', 'cond/reads', 'cond_true_', 'can read or write files'],
  ['in_while_body', 'ReadFile', 'while/reads', 'while_body_', 'can read or write files'],
  [
    'in_case_branch',
    'ReadFile',
    'switch_case/indexed_case/reads',
    'switch_case_indexed_case_branch2_',
    'can read or write files',
  ],
  ['py_func', 'PyFunc', 'PyFunc', '__inference_', 'can run code outside TensorFlow'],
  ['debug_identity', 'DebugIdentity', 'dumps', '__inference_', 'can write files or reach the network'],
  ['memory_mapped', 'ImmutableConst', 'maps', '__inference_', 'can read or write files'],
  [
    'audio_summary',
    'AudioSummaryV2',
    'unknown',
    '__inference_',
    'is not one that image models are known to need',
  ],
  [
    'table_of_text_file',
    'InitializeTableFromTextFileV2',
    'text_file_init/InitializeTableFromTextFileV2',
    '__inference__initializer_',
    'can read or write files',
  ],
  ['saves_at_restore', 'SaveV2', 'evil_save', null, 'can read or write files'],
  ['saves_before_restore', 'SaveV2', 'evil_save', null, 'can read or write files'],
  [
    'restores_another_path',
    'RestoreV2',
    'RestoreV2',
    '__inference__traced_restore_',
    'can read or write files',
  ],
  [
    'calls_the_savers_function',
    'ShardedFilename',
    'ShardedFilename',
    '__inference__traced_save_',
    'can read or write files',
  ],
  ['in_dead_code', 'ReadFile', 'evil_read', null, 'can read or write files'],
];

describe('A model that can touch more than its tensors is refused', () => {
  it.each(UNSAFE)('%s', async (name, op, node, where, harm) => {
    const model = await readSavedModel(`test/fixtures/unsafe/${name}/1`);
    const [refusal] = checkOps(model, []);
    expect(refusal).toMatchObject({ op, node });
    expect(refusal?.function?.slice(0, where?.length)).toBe(where ?? undefined);
    const place = `node ${node}${where === null ? '' : ` in function ${refusal?.function}`}`;
    expect(refusalSentence([refusal!])).toBe(
      `The op ${op} (${place}) ${harm}; add it to allowOps in model.yaml if you trust this model.`,
    );
  });

  it('but not if all of its ops are trusted by name', async () => {
    const model = await readSavedModel('test/fixtures/unsafe/calls_the_savers_function/1');
    const ops = new Set(checkOps(model, []).map(({ op }) => op));
    expect([...ops]).toEqual(['ShardedFilename', 'SaveV2', 'MergeV2Checkpoints']);
    expect(checkOps(model, ['SaveV2']).map(({ op }) => op)).toEqual([
      'ShardedFilename',
      'MergeV2Checkpoints',
    ]);
    expect(checkOps(model, [...ops])).toEqual([]);
  });
});

describe('A model that only computes is admitted', () => {
  it('each of the bundled ones and of the fixtures', async () => {
    const names = await readdir('test/fixtures/models');
    const fixtures = names.map(
      (name) => `test/fixtures/models/${name}/${name.endsWith('_serving') ? 123 : 1}`,
    );
    for (const directory of ['models/shapes/1', 'models/denoise/1', ...fixtures]) {
      expect(checkOps(await readSavedModel(directory), [])).toEqual([]);
    }
  });
});

type Graph = MessageInitShape<typeof GraphDefSchema>;

/** A model whose only signature answers the node `out`. */
function modelOf(graphDef: Graph, saverDef = {}): SavedModelFile {
  const output = { encoding: { case: 'name' as const, value: 'out:0' } };
  const signatureDef = { serving_default: { outputs: { y: output } } };
  const metaGraph = { metaInfoDef: { tags: ['serve'] }, graphDef, saverDef, signatureDef };
  return parseSavedModel(toBinary(SavedModelSchema, create(SavedModelSchema, { metaGraphs: [metaGraph] })));
}

function refusedOps(graph: Graph, saver = {}): string[] {
  return checkOps(modelOf(graph, saver), []).map(({ op, function: where }) =>
    where === null ? op : `${op} in ${where}`,
  );
}

const text = (value: string) => ({ value: { case: 's' as const, value: Buffer.from(value) } });
const call = (name: string) => ({ f: { value: { case: 'func' as const, value: { name } } } });
const SAVER = { filenameTensorName: 'path:0', saveTensorName: 'save:0', restoreOpName: 'restore' };
const savesInFunction = { signature: { name: 'saves' }, nodeDef: [{ name: 's', op: 'SaveV2' }] };

describe("The saver's ops", () => {
  it("are admitted in a graph of TensorFlow 1 as the saver's", () => {
    const node = [
      { name: 'path', op: 'PlaceholderWithDefault' },
      { name: 'shard', op: 'ShardedFilename', input: ['path'] },
      { name: 'write', op: 'SaveV2', input: ['shard'] },
      { name: 'save', op: 'Identity', input: ['path', '^write'] },
      { name: 'read', op: 'RestoreV2', input: ['path'] },
      { name: 'restore', op: 'NoOp', input: ['^read'] },
      { name: 'out', op: 'Const' },
    ];
    expect(refusedOps({ node }, SAVER)).toEqual([]);
    expect(refusedOps({ node })).toEqual(['ShardedFilename', 'SaveV2', 'RestoreV2']);
  });

  it('are refused where an answer waits for them', () => {
    const node = [
      { name: 'write', op: 'SaveV2', input: ['path'] },
      { name: 'out', op: 'Identity', input: ['x', '^write'] },
    ];
    expect(refusedOps({ node }, { ...SAVER, saveTensorName: 'write' })).toEqual(['SaveV2']);
  });

  it('are admitted in a function that nothing calls', () => {
    expect(
      refusedOps({ node: [{ name: 'out', op: 'Const' }], library: { function: [savesInFunction] } }),
    ).toEqual([]);
  });

  it.each([
    ['calls by an attribute', { name: 'out', op: 'PartitionedCall', attr: call('saves') }],
    ['calls by its name as an op', { name: 'out', op: 'saves' }],
    [
      'names in a list',
      {
        name: 'out',
        op: 'Case',
        attr: { branches: { value: { case: 'list' as const, value: { func: [{ name: 'saves' }] } } } },
      },
    ],
    [
      'hands to another function',
      {
        name: 'out',
        op: 'If',
        attr: { f: { value: { case: 'func' as const, value: { name: 'none', attr: call('saves') } } } },
      },
    ],
    ['names in a text', { name: 'out', op: 'NoOp', attr: { api: text('saves') } }],
  ])('are refused in a function that an answer %s', (_, node) => {
    expect(refusedOps({ node: [node], library: { function: [savesInFunction] } })).toEqual([
      'SaveV2 in saves',
    ]);
  });

  it('are refused in a function that the optimiser may exchange for one that is called', () => {
    const alike = { api_implements: text('interface') };
    const called = { signature: { name: 'called' }, attr: alike };
    const node = [{ name: 'out', op: 'PartitionedCall', attr: call('called') }];
    expect(
      refusedOps({ node, library: { function: [called, { ...savesInFunction, attr: alike }] } }),
    ).toEqual(['SaveV2 in saves']);
  });

  it('are refused in what starts the model', () => {
    const main = create(SavedModelSchema, {
      metaGraphs: [
        {
          metaInfoDef: { tags: ['serve'] },
          graphDef: {
            node: [
              { name: 'start', op: 'NoOp', input: ['^write'] },
              { name: 'write', op: 'SaveV2' },
            ],
          },
          saverDef: { saveTensorName: 'write' },
          collectionDef: { saved_model_main_op: { kind: { case: 'nodeList', value: { value: ['start'] } } } },
        },
      ],
    });
    expect(checkOps(parseSavedModel(toBinary(SavedModelSchema, main)), []).map(({ op }) => op)).toEqual([
      'SaveV2',
    ]);
  });

  it('are refused where restoring reads another path than the loader gives, in one of two calls', () => {
    const restores = {
      signature: { name: 'restores', inputArg: [{ name: 'file' }] },
      nodeDef: [
        { name: 'same', op: 'Identity', input: ['file'] },
        { name: 'r', op: 'RestoreV2', input: ['same:output:0'] },
      ],
    };
    const library = { function: [restores] };
    const fed = { name: 'restore', op: 'PartitionedCall', input: ['path', '^also'], attr: call('restores') };
    const also = { name: 'also', op: 'PartitionedCall', attr: call('restores') };
    const rest = [
      { name: 'path', op: 'Placeholder' },
      { name: 'elsewhere', op: 'Const' },
      { name: 'out', op: 'Const' },
    ];
    expect(refusedOps({ node: [fed, { ...also, input: ['path:0'] }, ...rest], library }, SAVER)).toEqual([]);
    expect(refusedOps({ node: [fed, { ...also, input: ['elsewhere'] }, ...rest], library }, SAVER)).toEqual([
      'RestoreV2 in restores',
    ]);
  });
});

describe('Printing', () => {
  it.each([
    ['without a stream', {}, []],
    ['to stderr', { output_stream: text('stderr') }, []],
    ['to stdout', { output_stream: text('stdout') }, []],
    ['to a file', { output_stream: text('file:///tmp/x') }, ['PrintV2']],
    [
      'to wherever the caller says',
      { output_stream: { value: { case: 'placeholder' as const, value: 'where' } } },
      ['PrintV2'],
    ],
  ])('%s', (_, attr, refused) => {
    expect(refusedOps({ node: [{ name: 'out', op: 'PrintV2', attr }] })).toEqual(refused);
  });
});

it('A function that takes the name of a dangerous op does not make the op safe', () => {
  const library = { function: [{ signature: { name: 'ReadFile' } }] };
  expect(refusedOps({ node: [{ name: 'out', op: 'ReadFile' }], library })).toEqual(['ReadFile']);
});
