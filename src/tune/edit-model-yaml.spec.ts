import { ConfigError } from '../config/expect.js';
import { parseModelConfig } from '../models/model-config.js';
import { setMaxBatchSize } from './edit-model-yaml.js';
import { CommandError } from '../command/command-error.js';

const set = (yaml: string): string => setMaxBatchSize(yaml, 16, 'models/flowers/model.yaml');

const ODD = `# Flowers, by the botanists
task:   classification      # a picture in
'labels' : "flowers.json"

topK:     3
# what training did
preprocessing: {scale:    tf,  size: 224 ,
    resize: crop}   # as Keras does
`;

describe('batching.maxBatchSize in a model.yaml', () => {
  it.each<[string, string, string]>([
    ['that is empty', '', 'batching: { maxBatchSize: 16 }\n'],
    ['of comments alone', '# mine\n', '# mine\nbatching: { maxBatchSize: 16 }\n'],
    ['in odd formatting', ODD, `${ODD}batching: { maxBatchSize: 16 }\n`],
    ['without a newline at its end', 'topK: 3', 'topK: 3\nbatching: { maxBatchSize: 16 }\n'],
    ['with newlines of Windows', 'topK: 3\r\n', 'topK: 3\r\nbatching: { maxBatchSize: 16 }\r\n'],
    ['that is moved in', '  topK: 3\n', '  topK: 3\n  batching: { maxBatchSize: 16 }\n'],
    ['in braces', '{ topK: 3 }\n', '{ batching: { maxBatchSize: 16 }, topK: 3 }\n'],
    ['of empty braces', '{}\n', '{ batching: { maxBatchSize: 16 } }\n'],
    [
      'that has it',
      'batching:  {maxBatchSize:   4}  # many\ntopK: 3\n',
      'batching:  {maxBatchSize:   16}  # many\ntopK: 3\n',
    ],
    [
      'that has it on a line of its own',
      'batching:\n    # as measured\n    maxBatchSize: 4   # rows\ntopK: 3\n',
      'batching:\n    # as measured\n    maxBatchSize: 16   # rows\ntopK: 3\n',
    ],
    ['that has it in quotes', 'batching: { maxBatchSize: "4" }\n', 'batching: { maxBatchSize: 16 }\n'],
    ['whose section is empty', 'batching: {}\ntopK: 3\n', 'batching: { maxBatchSize: 16 }\ntopK: 3\n'],
    ['that says so already', 'batching: { maxBatchSize: 16 }\n', 'batching: { maxBatchSize: 16 }\n'],
  ])('%s is put in, and all else stays to the letter', (_, before, after) => {
    expect(set(before)).toBe(after);
    expect(parseModelConfig(set(before), 'model.yaml')).toMatchObject({ batching: { maxBatchSize: 16 } });
  });

  it('is put in before an end of the document, and comments and the rest stay', () => {
    const after = set('topK: 3   # three\n...\n');
    expect(after).toContain('# three');
    expect(parseModelConfig(after, 'model.yaml')).toEqual({ topK: 3, batching: { maxBatchSize: 16 } });
  });

  it('is not put in where there is no place for it', () => {
    expect(() => set('null # nothing')).toThrow(CommandError);
  });

  it('is put in once only', () => {
    expect(set(set(ODD))).toBe(set(ODD));
  });

  it.each(['topK: [', 'topK: 3\ntopK: 4', 'batching: 8', 'colour: red', '- 1'])(
    'is not put into %j, which is malformed',
    (yaml) => {
      expect(() => set(yaml)).toThrow(ConfigError);
      expect(() => set(yaml)).toThrow(/model\.yaml/);
    },
  );
});
