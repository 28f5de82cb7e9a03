import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from './archive.js';
import { Hdf5Thread } from './hdf5/hdf5-thread.js';
import { readKerasModel } from './read-keras-model.js';
import { FIXTURES } from './run-graph.fixture.js';
import { type ZipEntry, zipOf } from './zip.fixture.js';

const SEQUENTIAL = join(FIXTURES, 'keras3', 'sequential');

type Layer = {
  class_name: string;
  module?: string;
  registered_name?: string | null;
  config: Record<string, unknown>;
};

/** A file of Keras 2.2.2 with all occurrences of a text replaced by one that is as long. */
async function keras222With(text: string, other: string): Promise<Buffer> {
  const bytes = await readFile(join(FIXTURES, 'keras222', 'sequential', 'model.h5'));
  return Buffer.from(bytes.toString('latin1').replaceAll(text, other), 'latin1');
}

describe('A Keras file', () => {
  let directory: string;
  let thread: Hdf5Thread;
  let entries: { metadata: Buffer; config: Buffer; weights: Buffer };

  beforeAll(async () => {
    const { metadata, config, weights } = (await readArchive(SEQUENTIAL, 'model.keras'))!;
    entries = { metadata: Buffer.from(metadata), config: Buffer.from(config), weights: Buffer.from(weights) };
    thread = new Hdf5Thread();
  });
  afterAll(async () => {
    await thread.end();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keras-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function archive(
    changed: Partial<Record<'config' | 'weights', Buffer>> = {},
    extra: readonly ZipEntry[] = [],
  ): Buffer {
    const { metadata, config, weights } = { ...entries, ...changed };
    return zipOf([
      { name: 'metadata.json', content: metadata },
      { name: 'config.json', content: config },
      { name: 'model.weights.h5', content: weights },
      ...extra,
    ]);
  }

  /** The archive with one layer of its sequential model changed. */
  function withLayer(className: string, change: (layer: Layer) => void): Buffer {
    const config = JSON.parse(entries.config.toString()) as { config: { layers: Layer[] } };
    change(config.config.layers.find(({ class_name: name }) => name === className)!);
    return archive({ config: Buffer.from(JSON.stringify(config)) });
  }

  async function refusal(file: string, bytes: Buffer): Promise<unknown> {
    await writeFile(join(directory, file), bytes);
    return readKerasModel(directory, file, (given, layout) => thread.read(given, layout)).catch(
      (error: unknown) => error,
    );
  }

  const cannot = 'which this server cannot build; export the model with model.export() instead.';

  it.each<[string, string, (layer: Layer) => void, string]>([
    [
      'a class that is not known',
      'Dropout',
      (layer) => {
        layer.class_name = 'RandomFlip3D';
      },
      `the layer "dropout" of the class RandomFlip3D, ${cannot}`,
    ],
    [
      'a layer of arbitrary code',
      'Dropout',
      (layer) => {
        layer.class_name = 'Lambda';
      },
      `the layer "dropout" of the class Lambda, ${cannot}`,
    ],
    [
      'a class of its own under a known name',
      'Conv2D',
      (layer) => {
        layer.registered_name = 'mine>Conv2D';
      },
      `the layer "conv2d" of the class Conv2D from "mine>Conv2D", which is not Keras's own; export the model with model.export() instead.`,
    ],
    [
      'a module of its own',
      'Conv2D',
      (layer) => {
        layer.module = 'os';
      },
      `the layer "conv2d" of the class Conv2D from "os", which is not Keras's own; export the model with model.export() instead.`,
    ],
    [
      'channels before pixels',
      'Conv2D',
      (layer) => {
        layer.config['data_format'] = 'channels_first';
      },
      `the layer "conv2d" of the class Conv2D with the data_format "channels_first", ${cannot}`,
    ],
    [
      'an activation that is not known',
      'Conv2D',
      (layer) => {
        layer.config['activation'] = 'my_activation';
      },
      `the layer "conv2d" of the class Conv2D with the activation "my_activation", ${cannot}`,
    ],
    [
      'weights that are missing',
      'Dropout',
      (layer) => {
        layer.class_name = 'PReLU';
      },
      'no weights "alpha" for the layer "dropout" of the class PReLU: they are not in "layers/p_re_lu".',
    ],
    [
      'weights of a wrong shape',
      'Conv2D',
      (layer) => {
        layer.config['kernel_size'] = [3, 2];
      },
      'the weights "kernel" of the layer "conv2d" of the class Conv2D in the shape [3, 3, 3, 4] instead of [3, 2, 3, 4].',
    ],
  ])('is refused by name for %s', async (_, className, change, fault) => {
    const error = await refusal('model.keras', withLayer(className, change));
    expect(error).toMatchObject({
      name: 'KerasError',
      file: 'model.keras',
      message: `model.keras has ${fault}`,
    });
  });

  it('is refused for a setting that means nothing', async () => {
    const bytes = withLayer('Conv2D', (layer) => {
      layer.config['filters'] = 1e300;
    });
    await expect(refusal('model.keras', bytes)).resolves.toMatchObject({
      message:
        'model.keras is damaged: the layer "conv2d" of the class Conv2D has a "filters" that is not a positive whole number.',
    });
  });

  it.each<[string, () => Buffer, string]>([
    ['no zip', () => Buffer.from('not a zip at all'), 'is not a zip archive, or a damaged one.'],
    ['an empty file', () => Buffer.alloc(0), 'is not a zip archive, or a damaged one.'],
    ['a zip that was cut off', () => archive().subarray(0, -40), 'is not a zip archive, or a damaged one.'],
    [
      'a zip of other things',
      () => zipOf([{ name: 'metadata.json', content: entries.metadata }]),
      'has no config.json; save the model with model.save("model.keras").',
    ],
    [
      'two configs',
      () => archive({}, [{ name: 'config.json', content: entries.config }]),
      'has two entries "config.json".',
    ],
    [
      'a zip bomb',
      () =>
        zipOf([
          { name: 'metadata.json', content: entries.metadata },
          { name: 'config.json', content: Buffer.alloc(8 * 1024 ** 2, ' '), deflate: true },
        ]),
      'claims 8388608 bytes of config.json, more than it can hold.',
    ],
    [
      'an entry of absurd size',
      () => zipOf([{ name: 'metadata.json', content: entries.metadata, deflate: true, claims: 2 ** 31 }]),
      'has 2147483648 bytes of metadata.json and may have 1048576 at most.',
    ],
    [
      'an entry that is longer than it claims',
      () => zipOf([{ name: 'metadata.json', content: Buffer.alloc(5000, ' '), deflate: true, claims: 64 }]),
      'is damaged: its metadata.json cannot be read.',
    ],
    [
      'a config that is no JSON',
      () => archive({ config: Buffer.from('{') }),
      'is damaged: its config.json is not JSON.',
    ],
    [
      'a config of endless depth',
      () => archive({ config: Buffer.from('['.repeat(100_000)) }),
      'is damaged: its config.json is nested more than 400 levels deep.',
    ],
    [
      'a config of something else',
      () => archive({ config: Buffer.from('[]') }),
      'is damaged: its config describes no model.',
    ],
    [
      'a model with code of its own',
      () => archive({ config: Buffer.from('{"class_name": "MyModel", "config": {}}') }),
      'has a model of the class "MyModel", which is neither functional nor sequential; export the model with model.export() instead.',
    ],
    [
      'weights that are no HDF5',
      () => archive({ weights: Buffer.from('garbage') }),
      'is not an HDF5 file, or a damaged one.',
    ],
  ])('is refused with one sentence: %s', async (_, bytes, fault) => {
    const error = await refusal('model.keras', bytes());
    expect(error).toMatchObject({ name: 'KerasError', message: `model.keras ${fault}` });
  });

  it.each<[string, () => Promise<Buffer>, string]>([
    ['no HDF5', async () => Buffer.from('garbage'), 'is not an HDF5 file, or a damaged one.'],
    [
      'an HDF5 file that was cut off',
      async () => (await readFile(join(SEQUENTIAL, 'model.h5'))).subarray(0, 9000),
      'is not an HDF5 file, or a damaged one.',
    ],
    [
      'a pointer of Git LFS',
      async () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
      'is a pointer of Git LFS and not the file itself; get that with git lfs pull.',
    ],
    [
      'a page of HTML',
      async () => Buffer.from('\n<!DOCTYPE html>\n<html lang="en">'),
      'is a page of HTML and not the file itself; download it anew.',
    ],
    [
      'a file of Keras 1',
      () => keras222With('2.2.2', '1.2.2'),
      'was written by Keras "1.2.2", which this server does not read; load it with Keras 2.2 on TensorFlow 1 and save it anew.',
    ],
    [
      'a file of a model that was trained on Theano',
      () => keras222With('tensorflow', 'theano\0\0\0\0'),
      'was trained on Theano, whose convolutions this server does not have; load it with Keras 2.2 on TensorFlow 1 and save it anew.',
    ],
    [
      'weights without a model',
      async () => entries.weights,
      'has no model_config: it holds weights alone; save the whole model with model.save().',
    ],
  ])('is refused with one sentence as .h5 too: %s', async (_, bytes, fault) => {
    const error = await refusal('model.h5', await bytes());
    expect(error).toMatchObject({ name: 'KerasError', file: 'model.h5', message: `model.h5 ${fault}` });
  });

  it('is refused if it is not there, or not a file', async () => {
    await expect(readKerasModel(directory, 'model.keras')).rejects.toThrow('model.keras is missing.');
    await mkdir(join(directory, 'model.h5'));
    await expect(readKerasModel(directory, 'model.h5')).rejects.toMatchObject({
      name: 'KerasError',
      message: 'model.h5 is not a regular file.',
    });
  });
});
