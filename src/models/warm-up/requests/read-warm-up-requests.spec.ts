import { fromBinary } from '@bufbuild/protobuf';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExampleSchema } from '../../../saved-model/proto/example_pb.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';
import { readWarmUpRequests } from './read-warm-up-requests.js';
import { logRecord } from './records.fixture.js';

const FILE = 'assets.extra/tf_serving_warmup_requests';
const CLASSIFY = logRecord({
  case: 'classifyLog',
  value: { request: { input: { kind: { case: 'exampleList', value: { examples: [new Uint8Array()] } } } } },
});

const read = (name: string) => readWarmUpRequests(`test/fixtures/warm-up/${name}`);

async function tensorsOf(name: string) {
  const [request] = await read(name);
  if (request?.kind !== 'tensors') throw new Error('This is a bug. The fixture holds a prediction.');
  return request.inputs;
}

/** The features of a serialised example, by name, in order. */
function featuresOf(example: Uint8Array | undefined) {
  return (fromBinary(ExampleSchema, example!).features?.feature ?? []).map(({ key, value }) => [
    key,
    value?.kind.value?.value,
  ]);
}

describe("What TensorFlow Serving's messages say is read", () => {
  it('A prediction gives its signature and its tensors', async () => {
    await expect(read('predict')).resolves.toEqual([
      {
        kind: 'tensors',
        signatureName: 'serving_default',
        inputs: { x: { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 5) } },
      },
      {
        kind: 'tensors',
        signatureName: 'other',
        inputs: { x: { dtype: 'float32', shape: [1], data: Float32Array.of(0) } },
      },
    ]);
  });

  it('A picture gives all its pixels', async () => {
    const { image } = await tensorsOf('picture');
    expect(image).toEqual({
      dtype: 'float32',
      shape: [2, 4, 5, 3],
      data: Float32Array.from({ length: 120 }, (_, index) => Math.fround(index / 255)),
    });
  });

  it('Strings come from their list and from packed bytes', async () => {
    const inputs = await tensorsOf('strings');
    const texts = (name: string) =>
      (inputs[name]!.data as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(inputs['bytes']?.shape).toEqual([1, 2]);
    expect(texts('bytes')).toEqual(['\0\xff', '']);
    expect(texts('repeated')).toEqual(['a', 'b', 'b', 'b']);
    expect(texts('packed')).toEqual(['hi', 'x'.repeat(129)]);
    expect(inputs['scalar']?.shape).toEqual([]);
    expect(texts('scalar')).toEqual(['one']);
  });

  it.each<[string, ArrayLike<number | bigint>]>([
    ['float32', Float32Array.of(1.5, -2, 3e38, 0)],
    ['float64', Float64Array.of(1e300, -0.1)],
    ['float16', Uint16Array.of(0x3c00, 0xc100)],
    ['bfloat16', Uint16Array.of(0x3f80, 0xc020)],
    ['int8', Int8Array.of(-128, 127)],
    ['int16', Int16Array.of(-32768, 32767)],
    ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['uint8', Uint8Array.of(0, 255)],
    ['uint16', Uint16Array.of(0, 65535)],
    ['uint32', Uint32Array.of(0, 2 ** 32 - 1)],
    ['uint64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
    ['bool', Uint8Array.of(1, 0)],
    ['complex64', Float32Array.of(1, 2, -0, -3)],
    ['complex128', Float64Array.of(1, 2, -0, -3)],
  ])('Numbers of %s are the same from their list as from their bytes', async (dtype, data) => {
    const inputs = await tensorsOf('dtypes');
    const shape = dtype === 'float32' ? [2, 2] : [2];
    expect(inputs[`${dtype}_listed`]).toStrictEqual({ dtype, shape, data });
    expect(inputs[`${dtype}_content`]).toStrictEqual({ dtype, shape, data });
  });

  it('The last number of a short list stands for all that follow, and none for zeros', async () => {
    await expect(tensorsOf('short_lists')).resolves.toEqual({
      repeated: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 2, 2) },
      complex: { dtype: 'complex64', shape: [3], data: Float32Array.of(1, 1, 5, 6, 5, 6) },
      none: { dtype: 'int64', shape: [2, 2], data: new BigInt64Array(4) },
      empty: { dtype: 'float32', shape: [0, 3], data: new Float32Array() },
      scalar: { dtype: 'int32', shape: [], data: Int32Array.of(7) },
    });
  });

  it('Examples come as they are, and with the features of the context that they lack', async () => {
    const requests = await read('examples');
    expect(requests.map(({ kind, signatureName }) => [kind, signatureName])).toEqual([
      ['examples', 'classify_x_to_y'],
      ['examples', 'serving_default'],
    ]);
    const [plain, merged] = requests.map((request) =>
      request.kind === 'examples' ? request.examples.map(featuresOf) : [],
    );
    const second = [
      ['x', [2]],
      ['y', [Buffer.from('own')]],
      ['z', [3n]],
    ];
    expect(plain).toEqual([[['x', [1]]], second]);
    expect(merged).toEqual([
      [
        ['u', [0.5, 0.25]],
        ['y', [Buffer.from('shared')]],
        ['x', [1]],
      ],
      [['u', [0.5, 0.25]], ...second],
    ]);
  });

  it('A multi-inference gives a request for each of its tasks', async () => {
    const requests = await read('multi_inference');
    expect(requests.map(({ signatureName }) => signatureName)).toEqual(['classify_x_to_y', 'regress_x_to_y']);
    for (const request of requests) {
      expect(request.kind === 'examples' && request.examples.map(featuresOf)).toEqual([[['x', [80]]]]);
    }
  });
});

describe('A file that cannot be used is refused in a sentence that names the record', () => {
  it.each([
    ['session_run', 'has a record 2 that is a session run, which names no signature and is not served'],
    ['streamed', 'has a record 1 that is a streamed prediction, which is not served'],
    ['truncated', 'ends within record 2'],
    ['bad_checksum', 'has a record 2 with a wrong checksum'],
  ])('%s', async (name, fault) => {
    await expect(read(name)).rejects.toThrow(new SavedModelError(FILE, fault));
  });
});

describe('The file is one of the version, or none', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'warm-up-'));
    await mkdir(join(directory, '1/assets.extra'), { recursive: true });
    file = join(directory, '1', FILE);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const refusal = () => readWarmUpRequests(join(directory, '1')).catch((error: unknown) => error);

  it('Without a file, without its folder and with an empty file there are no requests', async () => {
    await expect(readWarmUpRequests(join(directory, '1'))).resolves.toEqual([]);
    await expect(readWarmUpRequests(directory)).resolves.toEqual([]);
    await writeFile(file, '');
    await expect(readWarmUpRequests(join(directory, '1'))).resolves.toEqual([]);
  });

  it('A thousand records are read, and one more is refused', async () => {
    await writeFile(file, Buffer.concat(Array.from({ length: 1000 }, () => CLASSIFY)));
    await expect(readWarmUpRequests(join(directory, '1'))).resolves.toHaveLength(1000);
    await writeFile(file, Buffer.concat(Array.from({ length: 1001 }, () => CLASSIFY)));
    await expect(refusal()).resolves.toEqual(new SavedModelError(FILE, 'has more than 1000 records'));
  });

  it('A link to a file of the version is followed, and one that leads out is not', async () => {
    await writeFile(join(directory, '1/requests'), CLASSIFY);
    await symlink('../requests', file);
    await expect(readWarmUpRequests(join(directory, '1'))).resolves.toHaveLength(1);
    await rm(file);
    await writeFile(join(directory, 'requests'), CLASSIFY);
    await symlink('../../requests', file);
    await expect(refusal()).resolves.toEqual(
      new SavedModelError(
        FILE,
        'is a link that leads out of the models folder: put what it leads to in its place, or into the models folder',
      ),
    );
  });

  it('A pipe and a folder are refused without being opened', async () => {
    await promisify(execFile)('mkfifo', [file]);
    await expect(refusal()).resolves.toEqual(new SavedModelError(FILE, 'is not a regular file'));
    await rm(file);
    await mkdir(file);
    await expect(refusal()).resolves.toEqual(new SavedModelError(FILE, 'is not a regular file'));
  });

  it('A file that is too large is refused without being read', async () => {
    const handle = await open(file, 'w');
    await handle.truncate(2 ** 40);
    await handle.close();
    await expect(refusal()).resolves.toEqual(
      new SavedModelError(FILE, 'has 1099511627776 bytes and may have 268435456 at most'),
    );
  });
});
