/**
 * Compiles the AssemblyScript of src/preprocessing to WebAssembly: `npm run generate:wasm` writes, for every `<name>.as`, the
 * `<name>.wasm.ts` beside it anew. `<name>.part.as` is only imported by others in its folder. Needed only when a source was changed.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const PREPROCESSING = fileURLToPath(new URL('..', import.meta.url));

/** The paths of all sources. */
export async function sources() {
  const found = await readdir(PREPROCESSING, { recursive: true });
  return found
    .filter((name) => name.endsWith('.as') && !name.endsWith('.part.as'))
    .toSorted()
    .map((name) => join(PREPROCESSING, name));
}

export const targetOf = (source) => source.replace(/\.as$/, '.wasm.ts');

/** The text of a source's `.wasm.ts`. */
export async function compile(path) {
  const name = basename(path, '.as');
  let program;
  const options = ['--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--importMemory'];
  const { error, stderr } = await main([`${name}.ts`, ...options, '-o', `${name}.wasm`], {
    // The compiler knows sources as .ts only.
    readFile: (file) => readFile(join(dirname(path), file.replace(/\.ts$/, '.as')), 'utf8').catch(() => null),
    writeFile: (_, contents) => (program = contents),
    listFiles: () => [],
  });
  if (error) throw new Error(`${path}: ${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(program)
    .toString('base64')
    .match(/.{1,96}/g);
  return [
    `/** ${name}.as, compiled to WebAssembly by compiled/compile.mjs, in base64. */`,
    'export const PROGRAM = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const source of await sources()) await writeFile(targetOf(source), await compile(source));
}
