import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findModels } from './model-source.js';

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

/** Each model with its version's number or the sentence that refuses it. */
async function found(): Promise<Record<string, number | string>> {
  const models = await findModels(root);
  return Object.fromEntries(
    models.map(({ name, version }) => [name, 'fault' in version ? version.fault : version.number]),
  );
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
    await expect(findModels(join(place, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
    await make('file');
    await expect(findModels(join(root, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('may be a link itself', async () => {
    await make('flowers/1/');
    await symlink(root, join(place, 'link'));
    const [flowers] = await findModels(join(place, 'link'));
    expect(flowers!.version).toEqual({
      number: 1,
      directory: join(root, 'flowers/1'),
      modelDirectory: join(root, 'flowers'),
    });
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
    [['1/', '999999999999999/'], 999_999_999_999_999],
  ])('with the versions %j serves the highest, %d', async (versions, number) => {
    await make(...versions.map((version) => `flowers/${version}`));
    expect(await found()).toEqual({ flowers: number });
  });

  it.each([
    ['leading zeros', '007/'],
    ['a sign', '-2/'],
    ['a decimal point', '2.5/'],
    ['letters', 'v2/'],
    ['an exponent', '2e3/'],
    ['more digits than a number holds', '9999999999999999/'],
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
      'There is no version in models/flowers: put a SavedModel, or a Keras file as model.keras, into models/flowers/1.',
    ],
    [
      'lies beside its version, not in it',
      ['flowers/saved_model.pb'],
      'There is no version in models/flowers: put a SavedModel, or a Keras file as model.keras, into models/flowers/1.',
    ],
    [
      'is a link out of the folder',
      ['flowers -> ../outside'],
      'models/flowers is a link that leads out of the models folder.',
    ],
    [
      'has a link out for its version',
      ['flowers/1 -> ../../outside'],
      'models/flowers/1 is a link that leads out of the models folder.',
    ],
    [
      'is a link to a folder whose name only begins alike',
      ['flowers -> ../models-old'],
      'models/flowers is a link that leads out of the models folder.',
    ],
    [
      'is a link to the folder itself',
      ['flowers -> .'],
      'models/flowers is a link that leads out of the models folder.',
    ],
  ])('is refused that %s', async (_, paths, fault) => {
    await mkdir(join(place, 'outside/1'), { recursive: true });
    await mkdir(join(place, 'models-old/1'), { recursive: true });
    await make(...paths);
    expect(await found()).toEqual({ flowers: fault });
  });

  it('may be a link to another, and so may a version: both are found at their real paths', async () => {
    await make('flowers/1/', 'flowers/2 -> 1', 'alias -> flowers');
    const version = { number: 2, directory: join(root, 'flowers/1'), modelDirectory: join(root, 'flowers') };
    expect(await findModels(root)).toEqual([
      { name: 'alias', version },
      { name: 'flowers', version },
    ]);
  });

  it('that is refused does not keep the others from being served', async () => {
    await make('empty/', 'flowers/1/', 'my model/1/');
    expect(await found()).toMatchObject({ flowers: 1 });
  });
});
