/**
 * Compiles resampler.as: `node src/preprocessing/pillow/resampler/compile.mjs` writes program.ts anew. Needed only when the source was
 * changed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { main } from 'assemblyscript/asc';

const place = (name) => new URL(name, import.meta.url);

/** The text of program.ts. */
export async function compile() {
  const source = await readFile(place('resampler.as'), 'utf8');
  let program;
  const { error, stderr } = await main(
    [
      'resampler.ts',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--noAssert',
      '-O3',
      '--importMemory',
      '-o',
      'resampler.wasm',
    ],
    {
      readFile: (name) => (name === 'resampler.ts' ? source : null),
      writeFile: (_, contents) => (program = contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(program)
    .toString('base64')
    .match(/.{1,96}/g);
  return [
    '/** resampler.as, compiled by compile.mjs to WebAssembly, in base64. */',
    'export const PROGRAM = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === place('compile.mjs').pathname) await writeFile(place('program.ts'), await compile());
