// Builds src/ into dist/ and says so, where anything has changed since the last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const stamp = join(root, 'dist/.built');

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
}

const configs = ['nest-cli.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'];
const sources = [...configs.map((name) => join(root, name)), ...filesOf(join(root, 'src'))];
const hash = createHash('sha256');
for (const file of sources)
  hash
    .update(`${relative(root, file)}\0`)
    .update(readFileSync(file))
    .update('\0');
const wanted = hash.digest('hex');
const built = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
if (built !== wanted) {
  const started = performance.now();
  process.stderr.write(
    built === undefined ? 'Building, which takes up to a minute …' : 'Building what has changed …',
  );
  rmSync(stamp, { force: true });
  const nest = join(dirname(import.meta.dirname), 'node_modules/.bin/nest');
  const { status } = spawnSync(nest, ['build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, wanted);
  process.stderr.write(` done in ${Math.round((performance.now() - started) / 1000)} s.\n`);
}
