import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { goldensIn, goldensOf } from './find-goldens.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'goldens-')));
});
afterEach(() => rm(root, { recursive: true }));

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

const folder = (name: string) => ({ path: join(root, name), shown: name });
const DEFAULT = { pixels: 1, probabilities: 0.01 };

describe('the goldens of a folder', () => {
  it('are its pictures, with what lies beside each', async () => {
    await put({
      'g/a.JPG': '',
      'g/a.json': '{"label": "daisy", "tolerance": {"pixels": 3}}',
      'g/b.webp': '',
      'g/b.tensor.npy': '',
      'g/b.probabilities.npy': '',
      'g/README.md': '',
      'g/.hidden.jpg': '',
    });
    expect(await goldensIn(folder('g'))).toEqual([
      {
        name: 'g/a.JPG',
        picture: join(root, 'g/a.JPG'),
        label: 'daisy',
        tolerance: { ...DEFAULT, pixels: 3 },
      },
      {
        name: 'g/b.webp',
        picture: join(root, 'g/b.webp'),
        tensor: join(root, 'g/b.tensor.npy'),
        probabilities: join(root, 'g/b.probabilities.npy'),
        tolerance: DEFAULT,
      },
    ]);
  });

  it('may lie in folders that are named by their label; what a picture says itself goes before', async () => {
    await put({ 'g/rose/1.png': '', 'g/rose/2.png': '', 'g/rose/2.json': '{"label":"tulip"}' });
    const found = await goldensIn(folder('g'));
    expect(found.map(({ name, label }) => [name, label])).toEqual([
      ['g/rose/1.png', 'rose'],
      ['g/rose/2.png', 'tulip'],
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['there is none', { 'g/x.txt': '' }, 'Expected pictures in g but there is none.'],
    ['one says nothing', { 'g/x.jpg': '' }, 'Expected a label, probabilities or a tensor for g/x.jpg'],
    [
      'a file belongs to no picture',
      { 'g/x.jpg': '', 'g/x.json': '{"label":"a"}', 'g/y.json': '' },
      'Expected g/y.json to belong to a picture',
    ],
    [
      'an array belongs to no picture',
      { 'g/x.jpg': '', 'g/x.json': '{"label":"a"}', 'g/x.npy': '' },
      'Expected g/x.npy to belong to a picture',
    ],
    ['two have one name', { 'g/x.jpg': '', 'g/x.png': '' }, 'Expected one picture named x in g.'],
    [
      'a key is not known',
      { 'g/x.jpg': '', 'g/x.json': '{"lable":"a"}' },
      'g/x.json: Expected one of image, label, probabilities, tensor, tolerance as a key but received "lable".',
    ],
    [
      'a picture is named twice',
      { 'g/x.jpg': '', 'g/x.json': '{"image":"y.jpg"}' },
      'g/x.json: Expected no image',
    ],
    [
      'a file is no JSON',
      { 'g/x.jpg': '', 'g/x.json': 'daisy' },
      'g/x.json: Expected JSON but received text that is not.',
    ],
    [
      'a tolerance is below 0',
      { 'g/x.jpg': '', 'g/x.json': '{"label":"a","tolerance":{"pixels":-1}}' },
      'Expected a number from 0 on for tolerance.pixels',
    ],
    [
      'a file lies outside',
      { 'g/x.jpg': '', 'secret.npy': '', 'g/x.json': '{"tensor":"../secret.npy"}' },
      'Expected a file inside g but received "../secret.npy".',
    ],
  ])('are refused where %s', async (_, files, reason) => {
    await put(files);
    const found = goldensIn(folder('g'));
    await expect(found).rejects.toThrow(ConfigError);
    await expect(found).rejects.toThrow(reason);
  });

  it('are not looked for beyond a link that leads out', async () => {
    await put({ 'm/1/x': '', 'elsewhere/a/x.jpg': '' });
    await symlink(join(root, 'elsewhere'), join(root, 'm/goldens'));
    await expect(goldensOf(folder('m'), folder('m/1'), [])).rejects.toThrow(
      'm/goldens is a link that leads out of the models folder: put what it leads to in its place',
    );
  });
});

describe('the goldens of a version', () => {
  it('are those of model.yaml, of the model and its own', async () => {
    await put({ 'm/one.jpg': '', 'm/goldens/a/two.jpg': '', 'm/1/goldens/b/three.jpg': '' });
    const found = await goldensOf(folder('m'), folder('m/1'), [
      { image: 'one.jpg', probabilities: { a: 1 } },
    ]);
    expect(found.map(({ name }) => name)).toEqual([
      'm/one.jpg',
      'm/goldens/a/two.jpg',
      'm/1/goldens/b/three.jpg',
    ]);
  });

  it('need a picture, and are at most 200', async () => {
    await expect(goldensOf(folder('m'), folder('m/1'), [{ label: 'a' }])).rejects.toThrow(
      'Expected the name of a picture for goldens[0].image but received nothing.',
    );
    await put(
      Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`m/goldens/a/${index}.jpg`, ''])),
    );
    await expect(goldensOf(folder('m'), folder('m/1'), [])).rejects.toThrow(
      /^Expected at most 200 goldens but received 201/,
    );
  });
});
