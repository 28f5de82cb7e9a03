import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/expect.js';
import { readSettings } from '../config/settings.js';
import { LabelsService } from './labels.service.js';

let folder: string;
let service: LabelsService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
  await mkdir(join(folder, 'labels', 'sub'), { recursive: true });
  await mkdir(join(folder, 'labels-of-others'));
  await writeFile(join(folder, 'secret.json'), '["secret"]');
  await writeFile(join(folder, 'labels-of-others', 'x.json'), '["secret"]');
  const inside = (name: string) => join(folder, 'labels', name);
  await writeFile(inside('flowers.json'), '["daisy", "rose"]');
  await writeFile(inside('sub/colours.json'), '["red"]');
  await writeFile(inside('latin1.json'), Buffer.from('["r\xf6d"]', 'latin1'));
  await writeFile(inside('huge.json'), '');
  await truncate(inside('huge.json'), 16 * 2 ** 20 + 1);
  await symlink(inside('flowers.json'), inside('alias.json'));
  await symlink(join(folder, 'secret.json'), inside('out.json'));
  await symlink(folder, inside('up'));
  service = new LabelsService(readSettings({ LABELS_DIR: join(folder, 'labels') }));
});

afterAll(() => rm(folder, { recursive: true }));

/** The sentence with which a file is refused. */
async function refusal(model: string, file?: string): Promise<string> {
  const error: unknown = await service.load(model, file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).not.toContain(folder);
  return message;
}

describe('the labels of a model', () => {
  it('are those of its own name, if it names none', async () => {
    const { labels, file } = await service.load('flowers', undefined);
    expect([labels.size, labels.name(1), file]).toEqual([2, 'rose', 'labels/flowers.json']);
  });

  it('are those it names, deeper in the folder or by a link inside it', async () => {
    expect(await service.load('any', 'sub/colours.json')).toMatchObject({ file: 'labels/sub/colours.json' });
    expect((await service.load('any', 'alias.json')).labels.name(0)).toBe('daisy');
  });

  it('that are missing are asked for, with what to do', async () => {
    expect(await refusal('birds')).toBe(
      'Expected a label file labels/birds.json for model birds but there is none: ' +
        'write it, or say "labels: none" in model.yaml.',
    );
    expect(await refusal('birds', 'flowers.json/x.json')).toMatch(/there is none/);
  });

  it('are asked for where the whole folder is missing', async () => {
    const lost = new LabelsService(readSettings({ LABELS_DIR: join(folder, 'nowhere') }));
    await expect(lost.load('birds', undefined)).rejects.toThrow(
      /^Expected a label file nowhere\/birds\.json/,
    );
  });

  it.each([
    '../secret.json',
    'sub/../../secret.json',
    '../labels-of-others/x.json',
    '..',
    '.',
    'out.json',
    'up/secret.json',
  ])('are not read from outside the folder: %s', async (file) => {
    expect(await refusal('spy', file)).toBe(
      `Expected a file inside the labels directory for the labels of model spy but received "${file}".`,
    );
  });

  it('are no absolute path', async () => {
    const error = await service.load('spy', '/etc/hostname').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
  });

  it.each([
    ['sub', 'Expected a file for labels/sub but it is none.'],
    ['huge.json', 'Expected at most 16777216 bytes for the size of labels/huge.json but received 16777217.'],
    ['latin1.json', 'Expected UTF-8 for labels/latin1.json but received bytes that are none.'],
    ['a\0b', 'Expected a readable label file labels/a\0b for model any but received ERR_INVALID_ARG_VALUE.'],
  ])('are a file of UTF-8 of bounded size: %j', async (file, sentence) => {
    expect(await refusal('any', file)).toBe(sentence);
  });
});
