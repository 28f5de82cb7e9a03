import { readFile } from 'node:fs/promises';
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
