import { readFile } from 'node:fs/promises';

interface Compiler {
  sources(): Promise<readonly string[]>;
  compile(source: string): Promise<string>;
  targetOf(source: string): string;
}

it('every .wasm.ts is what compile.mjs makes of its source', async () => {
  const { sources, compile, targetOf } = (await import('./compile.mjs' as string)) as Compiler;
  const all = await sources();
  expect(all).not.toEqual([]);
  for (const source of all) expect(await compile(source)).toBe(await readFile(targetOf(source), 'utf8'));
});
