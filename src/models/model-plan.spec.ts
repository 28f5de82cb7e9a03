import { ConfigError } from '../config/expect.js';
import type { LoadedModel, Signature } from '../engine/engine.js';
import type { DType, TensorSpec } from '../engine/tensor.js';
import type { ModelConfig } from './model-config.js';
import { inputsBeside, type ModelPlan, hasDefault, planModel } from './model-plan.js';

/** `image:float32[?,32,32,3]` or `x:string`, which is of any shape. */
function spec(text: string): TensorSpec {
  const [, name = '', dtype, sizes] = /^(\w+):(\w+)(?:\[(.*)\])?$/.exec(text)!;
  const shape = sizes
    ?.split(',')
    .flatMap((size) => (size === '' ? [] : [size === '?' ? null : Number(size)]));
  return { name, dtype: dtype as DType, shape: shape ?? null };
}

/** `image:float32[?,32,32,3] -> scores:float32[?,10]`. */
function signature(text: string): Signature {
  const [inputs = '', outputs = ''] = text.split('->');
  const specs = (side: string) => side.trim().split(' ').map(spec);
  return { inputs: specs(inputs), outputs: specs(outputs) };
}

const loaded = (signatures: Record<string, string>, refused: LoadedModel['refused'] = {}): LoadedModel => ({
  signatures: Object.fromEntries(Object.entries(signatures).map(([name, text]) => [name, signature(text)])),
  refused,
  device: 'cpu',
  memoryBytes: 0,
  stateful: [],
  rows: {},
  declared: {},
  warnings: [],
  graph: { optimised: true },
});
const plan = (text: string, config: Partial<ModelConfig> = {}, labels?: number): ModelPlan =>
  planModel(config, loaded({ serving_default: text }), { isThere: labels !== undefined, count: labels });

const CLASSIFIER = 'image:float32[?,32,32,3] -> scores:float32[?,10]';
const PAINTER = 'bytes:string[] -> picture:string[]';

describe('a model that says nothing of its task', () => {
  it.each([
    [CLASSIFIER, 'classification'],
    ['image:uint8[?,?,?,3] -> scores:float32[?,?]', 'classification'],
    ['image:float32[?,3,32,32] -> scores:float32[?,10]', 'classification'],
    ['image:float32[32,32,1] -> scores:float32[10]', 'classification'],
    ['image:float32[?,32,32,3] -> scores:float32[?,10] features:float32[?,8,8,64]', 'classification'],
    [PAINTER, 'image-to-image'],
    ['bytes:string[?] -> picture:string[?]', 'image-to-image'],
    ['bytes:string -> picture:string', 'image-to-image'],
    ['x:float32[?,4] -> y:float32[?,1]', 'tensor'],
    ['image:float32[?,32,32,3] -> classes:int64[?]', 'tensor'],
    ['image:float32[?,32,32,3] -> boxes:float32[?,100,4]', 'tensor'],
    ['image:float32[?,32,32,3] -> count:float32[?]', 'tensor'],
    ['image:float32[?,32,32,5] -> scores:float32[?,10]', 'tensor'],
    ['image:float32[?,32,32,3] mask:float32[?,32,32,1] -> scores:float32[?,10]', 'tensor'],
    ['bytes:string[] -> scores:float32[10]', 'tensor'],
    ['bytes:string[?] -> picture:string[?] log:string[?]', 'tensor'],
    ['a:string[?] b:string[?] -> c:string[?]', 'tensor'],
    ['x:float32 -> y:float32', 'tensor'],
  ])('%s serves %s', (text, task) => {
    expect(plan(text).task).toBe(task);
  });
});

const DETECTOR =
  'image:uint8[1,?,?,3] -> detection_boxes:float32[1,100,4] detection_classes:float32[1,100] detection_scores:float32[1,100] num_detections:float32[1]';

describe('a model whose outputs may hold scores', () => {
  it.each([
    ['image:float32[?,8,8,3] -> y:float32[?,1,1,3]', 3, 'y'],
    ['image:float32[?,8,8,3] -> y:uint8[?,3]', 3, 'y'],
    ['image:float32[?,8,8,3] -> y:float32', 3, 'y'],
    ['image:float32[?,8,8,3] -> y:float32[?]', 2, 'y'],
    ['image:float32[?,28,28] -> y:float32[?,10]', 10, 'y'],
    ['image:float32[28,28] -> y:float32[10]', 10, 'y'],
    ['image:float32[?,8,8,3] -> a:float32[?,2] b:float32[?,3]', 3, 'b'],
    ['image:float32[?,8,8,3] -> a:float32[?,2] b:float32[?,3]', 2, 'a'],
    ['image:float32[?,8,8,3] -> a:float32[?,1] b:float32[?,3]', 2, 'a'],
    ['image:float32[?,8,8,3] -> y:float32[?,3] id:int64[?]', 3, 'y'],
  ])('%s is a classification where there are %d labels, by %s', (text, labels, output) => {
    expect(plan(text, {}, labels)).toMatchObject({ task: 'classification', output });
    const { task } = plan(text);
    expect(task).toBe(/y:float32\[\?,3\]/.test(text) ? 'classification' : 'tensor');
  });

  it.each([
    ['image:float32[?,8,8,3] -> a:float32[?,3] b:float32[?,3]', 3],
    ['image:float32[?,8,8,3] -> a:float32[?,3] b:float32[?,4]', 5],
    ['image:float32[?,8,8,3] -> a:float32[?,3] b:float32[?,4]', undefined],
    ['image:float32[?,8,8,3] -> id:int64[?]', 3],
    ['image:float32[?,8,8,3] -> map:float32[?,8,8,1]', 3],
    ['steps:float32[?,50,6] -> y:float32[?,6]', 6],
    ['steps:float32[?,50,9] -> y:float32[?,50,9]', 9],
    [DETECTOR, 90],
    [DETECTOR, undefined],
  ])('%s is none with %j labels', (text, labels) => {
    expect(plan(text, {}, labels)).toMatchObject({ task: 'tensor' });
  });

  it('takes the output that is named, a detection’s too', () => {
    expect(plan(DETECTOR, { output: 'detection_scores' })).toMatchObject({
      task: 'classification',
      classes: 100,
    });
    const config = { output: 'b' };
    const heads = 'image:float32[?,8,8,3] -> a:float32[?,3] b:float32[?,3]';
    expect(plan(heads, config)).toMatchObject({ task: 'classification', output: 'b' });
    const sentence = 'for output but received "c"';
    expect(() => plan(heads, { output: 'c' })).toThrow(sentence);
  });

  it('answers indexes where model.yaml says that there are no labels', () => {
    const config = { labels: 'none' };
    const text = 'image:float32[?,8,8,3] -> y:float32[?,1,1,3]';
    expect(plan(text, config)).toMatchObject({ task: 'classification', classes: 3 });
  });

  it.each([
    ['float32[?,1]', undefined, true],
    ['float16[?]', 2, true],
    ['float32[?,1]', 1, false],
    ['float32[?,2]', 2, false],
  ])('has two classes with one score: %s with %j labels: %j', (output, labels, isBinary) => {
    const found = plan(`image:float32[?,8,8,3] -> y:${output}`, {}, labels);
    expect(found).toMatchObject({ isBinary, classes: labels ?? 2 });
  });
});

describe('the plan of a classification', () => {
  it('is read off the signature', () => {
    expect(plan(CLASSIFIER)).toMatchObject({
      signatureName: 'serving_default',
      input: 'image',
      output: 'scores',
      classes: 10,
      logits: false,
      topK: 5,
      preprocessing: { size: { width: 32, height: 32 }, channels: 3 },
    });
  });

  it('follows the configuration where that says otherwise', () => {
    const text = 'image:float32[?,?,?,3] -> a:float32[?,10] b:float32[?,20]';
    const preprocessing = { size: { width: 8, height: 4 } };
    const config = { output: 'b', logits: true, topK: 2, preprocessing };
    expect(plan(text, config)).toMatchObject({ ...config, classes: 20 });
  });

  it.each([
    ['image:float32[?,32,32,3] -> scores:float32[?,?]', null],
    ['image:float32[32,32,3] -> scores:float32[7]', 7],
  ])('knows its number of classes: %s has %j', (text, classes) => {
    expect(plan(text)).toMatchObject({ task: 'classification', classes });
  });

  it.each([
    ['age:float32[?,1] image:float32[?,8,8,3] -> scores:float32[?,2]', {}, 'image', ['age']],
    ['image:float32[?,8,8,3] threshold:float32[] -> scores:float32[?,2]', {}, 'image', ['threshold']],
    [
      'image:float32[?,8,8,3] mask:float32[?,8,8,1] -> scores:float32[?,2]',
      { task: 'classification', input: 'mask' },
      'mask',
      ['image'],
    ],
  ] as const)('takes the picture beside other inputs: %s with %j', (text, config, picture, others) => {
    const found = plan(text, config, 2);
    expect(found).toMatchObject({ task: 'classification', input: picture });
    expect(inputsBeside(found).map(({ name }) => name)).toEqual(others);
  });

  it('takes the only scores among several outputs', () => {
    const text = 'image:float32[?,32,32,3] -> features:float32[?,8,8,64] scores:float32[?,10]';
    expect(plan(text)).toMatchObject({ output: 'scores' });
  });
});

describe('the plan of an image-to-image model', () => {
  it('is read off the signature, with PNG unless the configuration says JPEG', () => {
    expect(plan(PAINTER)).toMatchObject({ input: 'bytes', output: 'picture', encoding: 'png' });
    expect(plan(PAINTER, { encoding: 'jpeg' })).toMatchObject({ encoding: 'jpeg' });
  });
});

describe('the plan of a model of numbers', () => {
  it.each<[string, Partial<ModelConfig>, object | null]>([
    ['x:float32[?,4] -> y:float32[?,1]', {}, null],
    ['x:string[?] -> y:float32[?,1]', {}, null],
    ['image:float32[?,32,32,3] -> boxes:float32[?,100,4]', {}, { input: 'image' }],
    [CLASSIFIER, { task: 'tensor' }, { input: 'image', preprocessing: { channels: 3 } }],
    ['image:float32[?,8,8,3] mask:float32[?,8,8,1] -> y:float32[?,1]', {}, null],
    [
      'image:float32[?,8,8,3] mask:float32[?,8,8,1] -> y:float32[?,8,8,1]',
      { task: 'tensor', input: 'mask' },
      { input: 'mask', preprocessing: { channels: 1 } },
    ],
    ['image:float32[?,8,8,3] age:float32[?,1] -> y:float32[?,4,4]', {}, { input: 'image' }],
  ])('%s with %j takes the picture %j', (text, config, picture) => {
    const found = plan(text, config) as ModelPlan & { task: 'tensor' };
    expect({ picture: found.picture }).toMatchObject({ picture });
  });
});

describe('the signature that is served', () => {
  const NUMBERS = 'x:float32[?,4] -> y:float32[?,1]';

  it.each<[Record<string, string>, Partial<ModelConfig>, string]>([
    [{ serving_default: NUMBERS, other: CLASSIFIER }, {}, 'serving_default'],
    [{ other: NUMBERS }, {}, 'other'],
    [{ serving_default: NUMBERS, other: CLASSIFIER }, { signature: 'other' }, 'other'],
  ])('of %j with %j is %s', (signatures, config, name) => {
    expect(planModel(config, loaded(signatures)).signatureName).toBe(name);
  });

  it.each<[string, Record<string, string>, Partial<ModelConfig>, string]>([
    [
      'it is not there',
      { a: NUMBERS, b: NUMBERS },
      { signature: 'c' },
      `Expected one of the model's signatures, a, b, for signature but received "c".`,
    ],
    [
      'there is no default, and pictures are to be taken',
      { a: NUMBERS, b: NUMBERS },
      { task: 'classification' },
      `Expected one of the model's signatures, a, b, for signature but received "serving_default".`,
    ],
    ['the runtime refuses it', { a: NUMBERS }, { signature: 'odd' }, 'odd takes float16.'],
    [
      'its name is one that every object has',
      { a: NUMBERS },
      { signature: 'constructor' },
      `Expected one of the model's signatures, a, for signature but received "constructor".`,
    ],
  ])('is refused where %s', (_, signatures, config, sentence) => {
    const model = loaded(signatures, { odd: 'odd takes float16.' });
    expect(() => planModel(config, model)).toThrow(new ConfigError(sentence));
  });

  it('is not another one in place of a default that the runtime refuses', () => {
    const model = loaded({ other: NUMBERS }, { serving_default: 'serving_default takes float16.' });
    const sentence = 'serving_default takes float16. To serve the others, let signature name one: other.';
    expect(() => planModel({}, model)).toThrow(new ConfigError(sentence));
  });

  it('is each one that a request names, where there is no default', () => {
    expect(hasDefault(planModel({}, loaded({ a: NUMBERS, b: NUMBERS })))).toBe(false);
    expect(hasDefault(planModel({ signature: 'b' }, loaded({ a: NUMBERS, b: NUMBERS })))).toBe(true);
  });
});

describe('a configuration is refused that asks for what the model does not have', () => {
  const NAMES = "Expected the name of one of the model's";

  it.each<[string, Partial<ModelConfig>, string]>([
    [CLASSIFIER, { input: 'picture' }, `${NAMES} inputs, image, for input but received "picture".`],
    [CLASSIFIER, { output: 'labels' }, `${NAMES} outputs, scores, for output but received "labels".`],
    [
      'image:float32[?,8,8,3] -> a:float32[?,2] b:float32[?,2]',
      { task: 'classification' },
      `${NAMES} outputs, a, b, for output but received nothing. Say "output: a" in model.yaml, or "task: tensor" to be answered all of them as numbers.`,
    ],
    [
      'image:float32[?,8,8,3] -> y:int64[?]',
      { task: 'classification' },
      'Expected one row of scores for each picture, such as float32 [?, 10], as the output of a classification but y is int64 [?].',
    ],
    [
      'image:float32[?,8,8,3] -> y:float32[?,8,8,1]',
      { task: 'classification' },
      'Expected one row of scores for each picture, such as float32 [?, 10], as the output of a classification but y is float32 [?, 8, 8, 1].',
    ],
    [
      CLASSIFIER,
      { task: 'image-to-image' },
      'Expected encoded pictures, which are strings, in and out of an image-to-image model but image is float32 [?, 32, 32, 3].',
    ],
    [
      'bytes:string[] -> scores:float32[10]',
      { task: 'image-to-image' },
      'Expected encoded pictures, which are strings, in and out of an image-to-image model but scores is float32 [10].',
    ],
    [
      'image:float32[?,8,8,3] mask:float32[?,8,8,1] -> scores:float32[?,2]',
      { task: 'classification' },
      `${NAMES} inputs, image, mask, for input but received nothing. Say "input: image" in model.yaml.`,
    ],
    [
      'image:float32[?,8,8,3] age:float32[?,1] -> y:float32[?,1]',
      { task: 'tensor', input: 'age' },
      'Expected an input that a picture fits, such as float32 [?, 224, 224, 3], for input but age is float32 [?, 1].',
    ],
  ])('%s with %j: %s', (text, config, sentence) => {
    expect(() => plan(text, config)).toThrow(new ConfigError(sentence));
  });

  it('such as a classification of what is no picture', () => {
    const config = { task: 'classification' } as const;
    expect(() => plan('x:string[?] -> y:float32[?,2]', config)).toThrow(ConfigError);
    expect(() => plan('x:float32[?,4] -> y:float32[?,2]', config)).toThrow(ConfigError);
  });
});
