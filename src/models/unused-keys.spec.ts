import type { LoadedModel, Signature } from '../engine/engine.js';
import { parseModelConfig } from './model-config.js';
import { planModel } from './model-plan.js';
import { unusedKeys } from './unused-keys.js';

const image = { name: 'image', dtype: 'float32', shape: [null, 32, 32, 3] } as const;
const anySize = { name: 'image', dtype: 'float32', shape: [null, null, null, 3] } as const;
const numbers = { name: 'x', dtype: 'float32', shape: [null, 4] } as const;
const scores = { name: 'scores', dtype: 'float32', shape: [null, 10] } as const;
const bytes = { name: 'bytes', dtype: 'string', shape: [null] } as const;

const CLASSIFIER: Signature = { inputs: [image], outputs: [scores] };
const OF_ANY_SIZE: Signature = { inputs: [anySize], outputs: [scores] };
const TABLE: Signature = { inputs: [numbers], outputs: [scores] };
const PAINTER: Signature = { inputs: [bytes], outputs: [{ ...bytes, name: 'picture' }] };

function unused(signature: Signature, yaml: string): string[] {
  const loaded: LoadedModel = {
    signatures: { serving_default: signature },
    refused: {},
    device: 'cpu',
    memoryBytes: 0,
    stateful: [],
    rows: {},
    declared: {},
    warnings: [],
    graph: { optimised: true },
  };
  const config = parseModelConfig(yaml, 'model.yaml');
  return unusedKeys(config, planModel(config, loaded));
}

describe('what model.yaml says in vain', () => {
  it.each<[Signature, string, readonly RegExp[]]>([
    [CLASSIFIER, 'preprocessing: { pad: "#727272" }', [/^preprocessing\.pad .*resize: stretch/]],
    [CLASSIFIER, 'preprocessing: { resize: crop, pad: "#727272" }', [/^preprocessing\.pad .*resize: crop/]],
    [CLASSIFIER, 'encoding: png', [/^encoding .*its task is classification\.$/]],
    [CLASSIFIER, 'task: tensor\noutput: scores', [/^output .*answers all outputs\.$/]],
    [OF_ANY_SIZE, 'preprocessing: { resampling: bicubic }', [/^preprocessing\.resampling .*keep their size/]],
    [TABLE, 'topK: 3\nlogits: true\nmaxPixels: 9', [/^topK /, /^logits /, /^maxPixels .*takes a picture/]],
    [TABLE, 'preprocessing: { scale: unit }', [/^preprocessing .*none of its inputs takes a picture/]],
    [PAINTER, 'preprocessing: { scale: unit }', [/^preprocessing .*go in encoded/]],
  ])('of %j by %j is told', (signature, yaml, expected) => {
    expect(unused(signature, yaml)).toEqual(expected.map((told) => expect.stringMatching(told)));
  });

  it.each<[Signature, string]>([
    [CLASSIFIER, 'topK: 3\nlogits: true\nmaxPixels: 9\noutput: scores'],
    [CLASSIFIER, 'preprocessing: { resize: letterbox, pad: "#727272", resampling: bicubic, pillow: 13 }'],
    [OF_ANY_SIZE, 'preprocessing: { scale: unit, decoder: tensorflow }'],
    [PAINTER, 'encoding: jpeg\nmaxPixels: 9'],
  ])('is nothing of %j by %j', (signature, yaml) => expect(unused(signature, yaml)).toEqual([]));
});
