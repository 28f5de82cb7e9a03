import { readFile } from 'node:fs/promises';

it('program.ts is what compile.mjs makes of resampler.as', async () => {
  const { compile } = (await import('./compile.mjs' as string)) as { compile: () => Promise<string> };
  expect(await compile()).toBe(await readFile(new URL('program.ts', import.meta.url), 'utf8'));
});
