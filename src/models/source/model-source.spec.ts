import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { type FoundModel, ModelSource } from './model-source.js';

let place: string;
let root: string;
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'source-')));
  root = join(place, 'models');
  await mkdir(root);
});
afterEach(() => rm(place, { recursive: true }));

/** Makes what `path` says: `name/` is a folder, `name -> target` a link, `name` a file. */
async function make(...paths: string[]): Promise<void> {
  for (const path of paths) {
    const [name = '', target] = path.split(' -> ');
    const full = join(root, name);
    await mkdir(name.endsWith('/') ? full : dirname(full), { recursive: true });
    if (target !== undefined) await symlink(target, full);
    else if (!name.endsWith('/')) await writeFile(full, '');
  }
}

function sourceOf(directory: string): ModelSource {
  return new ModelSource({ kind: 'folder', directory }, join(place, 'labels'));
}

async function findModels(directory: string): Promise<readonly FoundModel[]> {
  return (await sourceOf(directory).look()).models;
}

/** Each model with its highest version's number, or the sentence that refuses that or the model. */
async function found(): Promise<Record<string, number | string | undefined>> {
  const models = await findModels(root);
  return Object.fromEntries(models.map((model) => [model.name, highest(model)]));
}

function highest({ versions, fault }: FoundModel): number | string | undefined {
  const version = versions?.at(-1);
  return fault ?? version?.fault ?? version?.number;
}

describe('a folder of models', () => {
  it('holds one model for each child folder, in the order of their names', async () => {
    await make('roses/1/', 'daisies/1/saved_model.pb', 'Tulips/1/');
    expect((await findModels(root)).map(({ name }) => name)).toEqual(['Tulips', 'daisies', 'roses']);
  });

  it('may be empty', async () => {
    expect(await found()).toEqual({});
  });

  it('that is not there, or is a file, is an error', async () => {
    await expect(findModels(join(place, 'nowhere'))).rejects.toThrow(ConfigError);
    await make('file');
    await expect(findModels(join(root, 'file'))).rejects.toThrow(
      'Expected a folder of models for MODELS_DIR',
    );
  });

  it('may be a link itself', async () => {
    await make('flowers/1/');
    await symlink(root, join(place, 'link'));
    const [flowers] = await findModels(join(place, 'link'));
    expect(flowers!.versions).toMatchObject([{ number: 1, directory: join(root, 'flowers/1') }]);
  });

  it.each([
    ['files', ['README.md', 'flowers.zip']],
    ['hidden folders', ['.git/1/', '.cache/']],
    ['links that lead nowhere', ['gone -> nowhere']],
    ['links to files', ['file -> README.md', 'README.md']],
  ])('passes over %s', async (_, paths) => {
    await make(...paths, 'flowers/1/');
    expect(await found()).toEqual({ flowers: 1 });
  });
});

describe('a model', () => {
  it.each([
    [['1/'], 1],
    [['0/'], 0],
    [['1/', '2/'], 2],
    [['9/', '10/'], 10],
    [['1/', '1735689600/'], 1_735_689_600],
    [['1/', '9007199254740991/'], 9_007_199_254_740_991],
    [['007/'], 7],
  ])('with the versions %j serves the highest, %d', async (versions, number) => {
    await make(...versions.map((version) => `flowers/${version}`));
    expect(await found()).toEqual({ flowers: number });
  });

  it.each([
    ['a sign', '-2/'],
    ['a decimal point', '2.5/'],
    ['letters', 'v2/'],
    ['an exponent', '2e3/'],
    ['more digits than 64 bits hold', '99999999999999999999/'],
    ['a dot in front', '.2/'],
    ['a space', '2 /'],
  ])('has no version whose name has %s', async (_, version) => {
    await make('flowers/1/', `flowers/${version}`);
    expect(await found()).toEqual({ flowers: 1 });
  });

  it('may have other files beside its versions, even ones named like versions', async () => {
    await make('flowers/1/', 'flowers/model.yaml', 'flowers/assets/', 'flowers/2', 'flowers/3 -> ../gone');
    expect(await found()).toEqual({ flowers: 1 });
  });

  it.each(['a', 'A1', 'mobilenet_v2', 'v1.2-rc', '3d', 'x'.repeat(128)])('may be named %s', async (name) => {
    await make(`${name}/1/`);
    expect(await found()).toEqual({ [name]: 1 });
  });

  it.each(['my model', '-x', '_x', 'blüte', 'a+b', 'x'.repeat(129)])(
    'is refused, with the rule, when it is named %s',
    async (name) => {
      await make(`${name}/1/`);
      expect(await found()).toEqual({
        [name]: 'A model may be named with letters, digits, ".", "_" and "-", a letter or digit first.',
      });
    },
  );

  it.each([
    [
      'has no version',
      ['flowers/'],
      'There is no version in models/flowers: put a SavedModel, or a Keras file, into models/flowers/1.',
    ],
    [
      'lies beside its version, not in it',
      ['flowers/saved_model.pb'],
      'There is no version in models/flowers, but saved_model.pb: move it, with its folder variables, to models/flowers/1.',
    ],
    [
      'lies beside its version as a Keras file',
      ['flowers/keras_model.h5', 'flowers/labels.txt'],
      'There is no version in models/flowers, but keras_model.h5: move it, with the labels.txt beside it if there is one, to models/flowers/1.',
    ],
    [
      'has a version without a number',
      ['flowers/v1/model.keras'],
      "There is no version in models/flowers, but v1: a version's folder is named by a whole number, such as models/flowers/1.",
    ],
    [
      'is a model of another framework',
      ['flowers/model.onnx'],
      'There is no version in models/flowers. model.onnx is an ONNX model, which this server does not read; convert it to a SavedModel with onnx2tf, or have another server run it (engine: upstream in model.yaml).',
    ],
    [
      'is a link out of the folder',
      ['flowers -> ../outside'],
      'models/flowers is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.',
    ],
    [
      'has a link out for its version',
      ['flowers/1 -> ../../outside'],
      'models/flowers/1 is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.',
    ],
    [
      'has a version beyond what numbers of JSON hold',
      ['flowers/9223372036854775807/'],
      'The version of models/flowers/9223372036854775807 is beyond 9007199254740991, the highest that is served.',
    ],
    [
      'is a link to a folder whose name only begins alike',
      ['flowers -> ../models-old'],
      'models/flowers is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.',
    ],
    [
      'is a link to the folder itself',
      ['flowers -> .'],
      'models/flowers is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.',
    ],
  ])('is refused that %s', async (_, paths, fault) => {
    await mkdir(join(place, 'outside/1'), { recursive: true });
    await mkdir(join(place, 'models-old/1'), { recursive: true });
    await make(...paths);
    expect(await found()).toEqual({ flowers: fault });
  });

  it('may be a link to another, and so may a version: both are found at their real paths', async () => {
    await make('flowers/1/', 'flowers/2 -> 1', 'alias -> flowers');
    const versions = [1, 2].map((number) => ({ number, directory: join(root, 'flowers/1') }));
    expect(await findModels(root)).toMatchObject([
      { name: 'alias', versions },
      { name: 'flowers', versions },
    ]);
  });

  it('whose version is written twice, once with zeros in front, has it once', async () => {
    await make('flowers/1/', 'flowers/001/', 'flowers/02/');
    const [flowers] = await findModels(root);
    expect(flowers!.versions).toMatchObject([
      { number: 1, directory: join(root, 'flowers/1') },
      { number: 2, directory: join(root, 'flowers/02') },
    ]);
  });

  it('that is refused does not keep the others from being served', async () => {
    await make('empty/', 'flowers/1/', 'my model/1/');
    expect(await found()).toMatchObject({ flowers: 1 });
  });
});

describe('looking again', () => {
  it('takes a version that is being written only once two looks in turn saw it alike', async () => {
    await make('flowers/1/saved_model.pb');
    const source = sourceOf(root);
    await source.look();
    await make('flowers/2/saved_model.pb');
    expect(await source.look()).toMatchObject({ pending: true, models: [{ versions: [{ number: 1 }] }] });
    await make('flowers/2/variables/variables.index');
    expect(await source.look()).toMatchObject({ pending: true, models: [{ versions: [{ number: 1 }] }] });
    expect(await source.look()).toMatchObject({
      pending: false,
      models: [{ versions: [{}, { number: 2 }] }],
    });
  });

  it('does not take a model for empty whose only version has just been put in the place of another', async () => {
    await make('flowers/1/saved_model.pb');
    const source = sourceOf(root);
    await source.look();
    await rm(join(root, 'flowers/1'), { recursive: true });
    await make('flowers/2/saved_model.pb');
    expect(await source.look()).toMatchObject({ pending: true, models: [{ versions: null }] });
    expect(await source.look()).toMatchObject({ pending: false, models: [{ versions: [{ number: 2 }] }] });
  });

  it('gives a version another stamp when one of its files changed', async () => {
    await make('flowers/1/saved_model.pb', 'flowers/1/variables/variables.index');
    const source = sourceOf(root);
    const stamp = async (): Promise<string> => (await source.look()).models[0]!.versions![0]!.stamp;
    const before = await stamp();
    expect(await stamp()).toBe(before);
    await writeFile(join(root, 'flowers/1/variables/variables.index'), 'more');
    expect(await stamp()).toBe(before); // Not settled yet.
    expect(await stamp()).not.toBe(before);
  });

  it('keeps what model.yaml last said while it is wrong, and says what is wrong', async () => {
    await make('flowers/1/');
    const source = sourceOf(root);
    const write = async (yaml: string): Promise<FoundModel> => {
      await writeFile(join(root, 'flowers/model.yaml'), yaml);
      await source.look();
      return (await source.look()).models[0]!;
    };
    expect(await write('topK: 3')).toMatchObject({ config: { topK: 3 }, versions: [{}] });
    expect(await write('topK: many')).toMatchObject({
      config: { topK: 3 },
      versions: [{}],
      refusal:
        'models/flowers/model.yaml: Expected a whole number from 1 to 1000 for topK but received "many".',
    });
    expect(await write('topK: 7')).toMatchObject({ config: { topK: 7 } });
  });

  it('refuses a model whose model.yaml was never right', async () => {
    await make('flowers/1/');
    await writeFile(join(root, 'flowers/model.yaml'), 'topk: 3');
    const [flowers] = await findModels(root);
    expect(flowers).toMatchObject({ versions: null, fault: expect.stringContaining('"topk"') });
  });

  it('finds a model that another server holds by its model.yaml alone', async () => {
    await make('far/');
    await writeFile(
      join(root, 'far/model.yaml'),
      'engine: upstream\nupstream: {urls: "http://127.0.0.1:1", protocol: tf-serving, version: 7}',
    );
    expect(await found()).toEqual({ far: 7 });
  });
});
