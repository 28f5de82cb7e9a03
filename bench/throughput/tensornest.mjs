import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey, hashKey } from '../../dist/access/keys/api-key.js';
import { printKeysFile } from '../../dist/access/keys/keys-file.js';
import { ROOT } from './cache.mjs';
import { CLASSES } from './models.mjs';

const key = createKey();

/** The built server with its default settings, but for the port and a rate limit that is out of the way. */
export const tensornest = {
  id: 'tensornest',
  title: 'Tensornest',
  note: 'default settings, API key',
  async launch({ model, work }) {
    if (!existsSync(join(work, 'models'))) await fill(work, model);
    return {
      command: process.execPath,
      parameters: [join(ROOT, 'dist/main.js')],
      cwd: work,
      // A cache of its own, so that the first start finds none of the model's rewritten form.
      env: { PORT: '{port}', RATE_LIMIT: '1000000', TENSORNEST_CACHE_DIR: join(work, 'cache') },
    };
  },
  request: (picture, { name }) => ({
    path: `/models/${name}/predict`,
    headers: { 'X-API-Key': key.text, 'Content-Type': 'image/jpeg' },
    body: picture,
  }),
  top: (answer) => answer.top.map(({ index, score }) => ({ class: index, score })),
};

async function fill(work, { name, scale, savedModel }) {
  await cp(savedModel, join(work, 'models', name, '1'), { recursive: true });
  await writeFile(
    join(work, 'models', name, 'model.yaml'),
    `labels: thousand.json\nlogits: true\npreprocessing: { scale: ${scale} }\n`,
  );
  await mkdir(join(work, 'labels'));
  const labels = Array.from({ length: CLASSES }, (_, index) => `class ${index}`);
  await writeFile(join(work, 'labels/thousand.json'), JSON.stringify(labels));
  const entry = {
    id: key.id,
    name: 'bench',
    sha256: hashKey(key.text),
    createdAt: new Date().toISOString(),
  };
  await writeFile(join(work, 'api-keys.json'), printKeysFile([entry]));
}
