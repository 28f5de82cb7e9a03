import { create, toBinary } from '@bufbuild/protobuf';
import { ExampleSchema } from '../../../saved-model/proto/example_pb.js';
import { InputSchema } from '../../../saved-model/proto/prediction_log_pb.js';
import { DataType } from '../../../saved-model/proto/tensor_pb.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';
import { parseWarmUpRequests } from './read-warm-up-requests.js';
import { logRecord, predictRecord, record } from './records.fixture.js';

const { DT_FLOAT, DT_INT8, DT_INT64, DT_STRING, DT_QINT8, DT_RESOURCE, DT_VARIANT } = DataType;
const FILE = 'assets.extra/tf_serving_warmup_requests';

function faultOf(file: Buffer): string {
  try {
    parseWarmUpRequests(file);
  } catch (error) {
    if (error instanceof SavedModelError) return error.message.slice(FILE.length + 1);
    throw error;
  }
  return 'no fault';
}

it.each<[string, Buffer]>([
  ['a negative size', predictRecord(DT_FLOAT, [-1])],
  ['a negative size', predictRecord(DT_FLOAT, [-1, -4], { floatVal: [1] })],
  ['is too large', predictRecord(DT_FLOAT, [2n ** 62n])],
  ['is too large', predictRecord(DT_FLOAT, [2 ** 27, 2 ** 27])],
  ['is too large', predictRecord(DT_FLOAT, [2 ** 27, 2 ** 27, 0])],
  ['more than 254 axes', predictRecord(DT_FLOAT, Array(255).fill(1) as number[])],
  ['elements that do not fit its shape', predictRecord(DT_FLOAT, [2], { tensorContent: new Uint8Array(7) })],
  ['elements that do not fit its shape', predictRecord(DT_FLOAT, [0], { tensorContent: new Uint8Array(4) })],
  ['elements that do not fit its shape', predictRecord(DT_FLOAT, [1], { floatVal: [1, 2] })],
  ['elements that do not fit its shape', predictRecord(DT_STRING, [0], { stringVal: [new Uint8Array()] })],
  [
    'elements that do not fit its shape',
    predictRecord(DT_STRING, [1], { tensorContent: Buffer.from('\x09hi') }),
  ],
  [
    'elements that do not fit its shape',
    predictRecord(DT_STRING, [1], { tensorContent: Buffer.from('\x01hi') }),
  ],
  [
    'elements that do not fit its shape',
    predictRecord(DT_STRING, [3], { tensorContent: Buffer.from('\x01\x01') }),
  ],
  ['is of qint8, which this server does not carry', predictRecord(DT_QINT8, [1])],
  ['is of resource, which this server does not carry', predictRecord(DT_RESOURCE, [1])],
  ['is of variant, which this server does not carry', predictRecord(DT_VARIANT, [1])],
  ['is of dtype 0, which this server does not carry', predictRecord(DataType.DT_INVALID, [1])],
  ['is of dtype 101, which this server does not carry', predictRecord(DataType.DT_FLOAT_REF, [1])],
])('Of a tensor: %s', (fault, file) => {
  const sentence = faultOf(file);
  expect(sentence).toContain(fault);
  expect(sentence).toMatch(/^has a record 1 that has an input "x" that .+\.$/);
});

it('A tensor of no shape is refused, and one whose shape is left out is a scalar', () => {
  const tensor = (tensorShape: object | undefined) =>
    logRecord({
      case: 'predictLog',
      value: { request: { inputs: { x: { dtype: DT_INT64, tensorShape, int64Val: [3n] } } } },
    });
  expect(faultOf(tensor({ unknownRank: true }))).toBe(
    'has a record 1 that has an input "x" that has no shape.',
  );
  expect(parseWarmUpRequests(tensor(undefined))).toMatchObject([
    { inputs: { x: { shape: [], dtype: 'int64' } } },
  ]);
});

const NO_MEMORY = 'that asks for more memory than warm-up requests may have.';

it('A few bytes that stand for much memory are refused before it is taken', () => {
  expect(faultOf(predictRecord(DT_FLOAT, [2 ** 40], { floatVal: [1] }))).toBe(`has a record 1 ${NO_MEMORY}`);
  expect(faultOf(predictRecord(DT_STRING, [2 ** 40]))).toBe(`has a record 1 ${NO_MEMORY}`);
});

it('Records together may take no more memory than one', () => {
  const hundred = predictRecord(DT_INT8, [100 * 1024 ** 2]);
  expect(faultOf(Buffer.concat(Array.from({ length: 8 }, () => hundred)))).toBe(
    `has a record 6 ${NO_MEMORY}`,
  );
});

describe('Of what is asked', () => {
  const bad = Uint8Array.of(0x0a, 0x05);
  const example = toBinary(ExampleSchema, create(ExampleSchema, { features: { feature: [{ key: 'x' }] } }));
  const listed = (...examples: Uint8Array<ArrayBuffer>[]) =>
    create(InputSchema, { kind: { case: 'exampleList', value: { examples } } });
  const inContext = (context: Uint8Array<ArrayBuffer>) =>
    create(InputSchema, {
      kind: { case: 'exampleListWithContext', value: { examples: [example], context } },
    });

  it.each<[string, Buffer]>([
    ['holds no request.', record(new Uint8Array())],
    ['has no inputs.', logRecord({ case: 'predictLog', value: {} })],
    ['has no examples.', logRecord({ case: 'classifyLog', value: {} })],
    ['has no examples.', logRecord({ case: 'regressLog', value: { request: { input: listed() } } })],
    [
      'has an example 2 that is not a tf.Example, or is damaged',
      logRecord({ case: 'regressLog', value: { request: { input: listed(example, bad) } } }),
    ],
    [
      'has a context that is not a tf.Example, or is damaged',
      logRecord({ case: 'regressLog', value: { request: { input: inContext(bad) } } }),
    ],
    [
      'has no tasks.',
      logRecord({ case: 'multiInferenceLog', value: { request: { input: listed(example) } } }),
    ],
    [
      'has a task of the method "tensorflow/serving/predict", which is not one of tensorflow/serving/classify, tensorflow/serving/regress.',
      logRecord({
        case: 'multiInferenceLog',
        value: { request: { input: listed(example), tasks: [{ methodName: 'tensorflow/serving/predict' }] } },
      }),
    ],
    ['is not a PredictionLog, or is damaged: it ', record(Buffer.from('not a log'))],
  ])('%s', (fault, file) => {
    expect(faultOf(file)).toContain(`has a record 1 that ${fault}`);
  });
});

describe('Of the frame of a record', () => {
  const sound = predictRecord(DT_FLOAT, [1]);

  it.each([1, 11, 12, 15, sound.length - 1])(
    'A file that ends after %d bytes of a record is refused',
    (size) => {
      expect(faultOf(sound.subarray(0, size))).toBe('ends within record 1.');
      expect(faultOf(Buffer.concat([sound, sound.subarray(0, size)]))).toBe('ends within record 2.');
    },
  );

  it('A wrong length is refused by its checksum, and a huge one with a right checksum by the size of the file', () => {
    const wrong = Buffer.from(sound);
    wrong[3]! ^= 1;
    expect(faultOf(wrong)).toBe('has a record 1 with a wrong checksum of its length.');
    const huge = record(Buffer.alloc(0));
    // The length 2^64 - 1, and its masked checksum as `record_writer.h` would have it.
    Buffer.from('ffffffffffffffff', 'hex').copy(huge);
    const masked = recordLengthChecksum(huge.subarray(0, 8));
    masked.copy(huge, 8);
    expect(faultOf(huge)).toBe('ends within record 1.');
  });

  it('Wrong data are refused by their checksum', () => {
    const wrong = Buffer.from(sound);
    wrong[14]! ^= 1;
    expect(faultOf(wrong)).toBe('has a record 1 with a wrong checksum.');
  });

  /** The checksum of a record whose data are those bytes. */
  function recordLengthChecksum(length: Uint8Array): Buffer {
    return record(length).subarray(-4);
  }
});
