import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from './open-model.js';

const FIXTURES = 'test/fixtures/scaling';

const expected = JSON.parse(await readFile(`${FIXTURES}/expected.json`, 'utf8')) as Record<
  string,
  { takes: 'raw' | 'unit' | null }
>;

const open = (name: string) => openModel(`${FIXTURES}/${name}/1`, []);

async function told(model: Awaited<ReturnType<typeof open>>): Promise<unknown[]> {
  const inputs = (await model.pixelRanges()).get('serving_default');
  return [...(inputs?.values() ?? [])];
}

describe('a model that Keras wrote', () => {
  it.each(Object.entries(expected))('tells by its head what pixels it takes: %s', async (name, { takes }) => {
    expect(await told(await open(name))).toEqual(takes === null ? [] : [takes]);
  });

  it('tells the same before and after all of it was read', async () => {
    const model = await open('adapted');
    expect(await told(model)).toEqual(['raw']);
    await model.flat();
    expect(await told(model)).toEqual(['raw']);
  });
});

it('A model that is no flat graph tells what can be followed of it', async () => {
  expect(await told(await open('augmented'))).toEqual(['raw']);
  const model = await openModel('test/fixtures/models/blocky/1', []);
  expect(await model.pixelRanges()).toEqual(new Map([['serving_default', new Map()]]));
});

it('A model whose variables were not copied with it is told so', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'no-variables-'));
  await copyFile('test/fixtures/serving/counting/1/saved_model.pb', join(directory, 'saved_model.pb'));
  await expect(openModel(directory, [])).rejects.toMatchObject({
    kind: 'load',
    message:
      'variables/variables.index is missing, and the model has variables: put the folder variables of its export beside saved_model.pb.',
  });
  await rm(directory, { recursive: true });
});
