import { ConfigError } from '../config/expect.js';
import { parseModelConfig } from './model-config.js';

const FILE = 'models/flowers/model.yaml';
const read = (yaml: string) => parseModelConfig(yaml, FILE);

describe('a model.yaml', () => {
  it.each(['', '\n', '# only a comment', '---', '{}', 'null'])('may say nothing: %j', (yaml) => {
    expect(read(yaml)).toEqual({});
  });

  it('may say everything', () => {
    const yaml = `
      task: classification
      signature: serve
      input: image       # comments are welcome
      output: scores
      labels: flowers.json
      logits: true
      preprocessing: { size: [224, 192], scale: tf }
      encoding: jpeg
      topK: 3
      maxPixels: 1000000
      batching: { maxBatchSize: 16, maxWaitMs: 5, allowedBatchSizes: [1, 4, 16] }`;
    expect(read(yaml)).toEqual({
      task: 'classification',
      signature: 'serve',
      input: 'image',
      output: 'scores',
      labels: 'flowers.json',
      logits: true,
      preprocessing: { size: { width: 192, height: 224 }, scale: 'tf' },
      encoding: 'jpeg',
      topK: 3,
      maxPixels: 1_000_000,
      batching: { maxBatchSize: 16, maxWaitMs: 5, allowedBatchSizes: [1, 4, 16] },
    });
  });

  it('may be JSON, and may use anchors', () => {
    expect(read('{"task": "tensor", "topK": 1}')).toEqual({ task: 'tensor', topK: 1 });
    expect(read('preprocessing: { pad: &black [0, 0, 0], background: *black }')).toEqual({
      preprocessing: { pad: [0, 0, 0], background: [0, 0, 0] },
    });
  });

  it.each([
    [
      'task: detection',
      'Expected one of classification, image-to-image, tensor for task but received "detection".',
    ],
    ['task:', 'Expected one of classification, image-to-image, tensor for task but received null.'],
    ['signature: 5', 'Expected a text for signature but received 5.'],
    ['input: ""', 'Expected a text for input but received "".'],
    ['output: [a]', 'Expected a text for output but received ["a"].'],
    ['labels: false', 'Expected a text for labels but received false.'],
    ['logits: "yes"', 'Expected true or false for logits but received "yes".'],
    ['logits: yes', 'Expected true or false for logits but received "yes".'],
    ['encoding: webp', 'Expected one of png, jpeg for encoding but received "webp".'],
    ['topK: 0', 'Expected a whole number from 1 to 1000 for topK but received 0.'],
    ['topK: .nan', 'Expected a whole number from 1 to 1000 for topK but received NaN.'],
    [
      'preprocessing: { size: 0 }',
      'Expected a whole number from 1 to 8192 for preprocessing.size but received 0.',
    ],
  ])('is refused in one sentence that names it: %s', (yaml, sentence) => {
    expect(() => read(yaml)).toThrow(new ConfigError(`${FILE}: ${sentence}`));
  });

  it.each([
    ['topk: 3', /as a key but received "topk"\.$/],
    ['__proto__: { task: tensor }', /as a key but received "__proto__"\.$/],
    ['constructor: 1', /as a key but received "constructor"\.$/],
    ['1: a', /as a key but received "1"\.$/],
    [
      '- task: tensor',
      /^models\/flowers\/model\.yaml: Expected an object with task, .* but received a list\.$/,
    ],
    ['tensor', / but received a text\.$/],
  ])('is refused for keys that it does not know: %s', (yaml, sentence) => {
    expect(() => read(yaml)).toThrow(ConfigError);
    expect(() => read(yaml)).toThrow(sentence);
  });

  it.each([
    ['a mapping in a mapping', 'task: a: b', /at line 1, column 7\.$/],
    ['a key that stands twice', 'topK: 1\ntopK: 2', /Map keys must be unique at line 2, column 1\.$/],
    ['a tab', '\ttopK: 1', /Tabs are not allowed as indentation/],
    ['a list that does not end', 'task: [1', /at line 1, column/],
    ['two documents', '---\ntopK: 1\n---\ntopK: 2', /multiple documents/],
    ['an alias of nothing', 'labels: *.json', /alias/i],
    ['a tag of another namespace', 'topK: !hidden!x 1', / at line 1, column 7\.$/],
    ['an escape', 'labels: "\\hidden"', /: An escape that is none at line 1/],
    ['an alias that is text', 'labels: *hidden', /alias/i],
    ['a scalar after another', '"a" hidden', / at line 1/],
    ['a block scalar', 'labels: |hidden\n  x', / at line 1/],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${Array(9).fill('*a')}]\nc: &c [${Array(9).fill('*b')}]\nd: [${Array(9).fill('*c')}]`,
      /Excessive alias count/,
    ],
  ])('that is no YAML is refused in one line with its place: %s', (_, yaml, reason) => {
    expect(() => read(yaml)).toThrow(ConfigError);
    expect(() => read(yaml)).toThrow(/^Expected YAML in models\/flowers\/model\.yaml but received: [^\n]*$/);
    expect(() => read(yaml)).toThrow(reason);
    expect(() => read(yaml)).not.toThrow(/hidden/);
  });
});

describe('who gets which version', () => {
  it.each([
    ['versions: all', { versions: { kind: 'all' } }],
    ['versions: latest', { versions: { kind: 'latest', count: 1 } }],
    ['versions: {latest: 3}', { versions: { kind: 'latest', count: 3 } }],
    ['versions: [1, 3]', { versions: { kind: 'specific', versions: [1, 3] } }],
    ['versionLabels: {stable: 1, next: 2}', { versionLabels: { stable: 1, next: 2 } }],
    ['keepAlive: 600', { keepAlive: 600 }],
    ['canary: {version: 2, share: 0.1}', { canary: { to: { version: 2 }, share: 0.1, header: undefined } }],
    [
      'canary: {label: next, share: 1, header: X-User}',
      { canary: { to: { label: 'next' }, share: 1, header: 'x-user' } },
    ],
    ['shadow: {version: 2, share: 0.5}', { shadow: { to: { version: 2 }, share: 0.5, tolerance: 0.001 } }],
  ])('reads %s', (yaml, config) => {
    expect(parseModelConfig(yaml, 'models/m/model.yaml')).toEqual(config);
  });

  it.each([
    ['versions: 3', 'Expected all, {latest: <how many>} or a list of versions for versions but received 3.'],
    ['versions: [-1]', 'Expected a whole number from 0 to 9007199254740991 for versions[0] but received -1.'],
    [
      'versions: {latest: 0}',
      'Expected a whole number from 1 to 1000000 for versions.latest but received 0.',
    ],
    [
      'versionLabels: [stable]',
      'Expected an object such as {stable: 1} for versionLabels but received ["stable"].',
    ],
    ['versionLabels: {a/b: 1}', 'for a label of versionLabels but received "a/b".'],
    ['canary: {version: 2}', 'Expected a number from 0 to 1 for canary.share but received nothing.'],
    ['canary: {version: 2, share: 10}', 'Expected a number from 0 to 1 for canary.share but received 10.'],
    ['canary: {share: 0.1}', 'Expected either version or label for canary but received neither.'],
    [
      'shadow: {version: 1, label: a, share: 0.1}',
      'Expected either version or label for shadow but received both.',
    ],
    ['canary: {version: 2, share: 0.1, header: "a b"}', 'for canary.header but received "a b".'],
    ['engine: upstream', 'Expected a section upstream where engine is upstream but received none.'],
  ])('refuses %s in a sentence', (yaml, sentence) => {
    expect(() => parseModelConfig(yaml, 'models/m/model.yaml')).toThrow(sentence);
  });
});
