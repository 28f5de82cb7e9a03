import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PYTHON, withUpstreamServers } from './upstream-servers.js';

const DOCS = resolve(import.meta.dirname, '../../docs');

withUpstreamServers('docs/write_goldens.py', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'write-goldens-'));
    for (const [path, content] of Object.entries({
      'cat/0.png': 'cat',
      'dog/0.png': 'dog',
      'dog/1.png': 'one',
    })) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs it with the pictures, whose tensors are their bytes. @returns what is in the folder of goldens, or the error */
  async function write(...pictures: string[]): Promise<readonly string[] | string> {
    const program = `
import sys
import numpy as np
from write_goldens import write_goldens
write_goldens("goldens", sys.argv[1:], preprocess=lambda path: np.frombuffer(open(path, "rb").read(), np.uint8).reshape(1, 1, -1))`;
    const env = { ...process.env, PYTHONPATH: DOCS, PYTHONDONTWRITEBYTECODE: '1' };
    try {
      await promisify(execFile)(PYTHON, ['-c', program, ...pictures], { cwd: folder, env });
    } catch (error) {
      return (error as { stderr: string }).stderr.trim().split('\n').at(-1)!;
    }
    return (await readdir(join(folder, 'goldens'))).toSorted();
  }

  it('gives each picture a golden of its own, by its folder where names are the same', async () => {
    const files = ['1.png', '1.tensor.npy', 'cat-0.png', 'cat-0.tensor.npy', 'dog-0.png', 'dog-0.tensor.npy'];
    expect(await write('cat/0.png', 'dog/0.png', 'dog/1.png')).toEqual(files);
    for (const name of ['cat', 'dog']) {
      expect(await readFile(join(folder, `goldens/${name}-0.png`), 'utf8')).toBe(name);
      expect(await readFile(join(folder, `goldens/${name}-0.tensor.npy`), 'utf8')).toMatch(
        new RegExp(`${name}$`),
      );
    }
  });

  it('writes nothing over the golden of another picture, and that of the same anew', async () => {
    expect(await write('cat/0.png')).toEqual(['0.png', '0.tensor.npy']);
    expect(await write('dog/0.png')).toBe(
      'FileExistsError: goldens/0.png is there already and is another picture than dog/0.png. Remove it, or rename the new one.',
    );
    expect(await readFile(join(folder, 'goldens/0.png'), 'utf8')).toBe('cat');
    expect(await write('cat/0.png')).toEqual(['0.png', '0.tensor.npy']);
  });

  it('refuses pictures that it cannot tell apart', async () => {
    await writeFile(join(folder, 'cat/0.jpg'), 'cat as JPEG');
    expect(await write('cat/0.png', 'cat/0.jpg')).toBe(
      'ValueError: cat/0.png and cat/0.jpg would become one golden. Give each picture once, and under a name of its own.',
    );
  });
});
