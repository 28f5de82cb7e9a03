import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelBytes } from './model-bytes.js';

describe('the size of a model', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'model-bytes-'));
    await mkdir(join(directory, '1/variables'), { recursive: true });
    await writeFile(join(directory, '1/saved_model.pb'), Buffer.alloc(10));
    await writeFile(join(directory, 'elsewhere'), Buffer.alloc(300));
    await symlink(join(directory, 'elsewhere'), join(directory, '1/variables/variables.index'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is that of its files, of those in folders and behind links too', async () => {
    expect(await modelBytes(join(directory, '1'))).toBe(310);
  });

  it('is 0 when it is not there any more', async () => {
    expect(await modelBytes(join(directory, '2'))).toBe(0);
  });
});
