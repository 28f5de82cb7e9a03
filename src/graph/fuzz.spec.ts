import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutate, mutateSealed, seeded } from '../saved-model/mutate.fixture.js';
import { refusalOf } from './read-all.fixture.js';

const MODEL = 'test/fixtures/models/signatures/1';
const FILES = ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'];

/** `FUZZ_SEED=7` draws other files; the title has it. */
const SEED = Number(process.env.FUZZ_SEED ?? 2024);

// `npm run fuzz` does the same with thousands of files, and bounds their time and memory.
it(`Five hundred wrong files are each read or refused in one sentence (FUZZ_SEED=${SEED})`, async () => {
  const random = seeded(SEED);
  const directory = await mkdtemp(join(tmpdir(), 'fuzz-'));
  await cp(MODEL, directory, { recursive: true });
  const originals = await Promise.all(FILES.map((file) => readFile(join(MODEL, file))));
  let refused = 0;
  try {
    for (let index = 0; index < 500; index++) {
      const which = index % FILES.length;
      const original = originals[which]!;
      const wrong =
        which === 1 && index % 2 === 0
          ? mutateSealed(original, random)
          : mutate(original, random, originals[0]!);
      await writeFile(join(directory, FILES[which]!), wrong);
      if ((await refusalOf(directory)) !== null) refused++;
      await writeFile(join(directory, FILES[which]!), original);
    }
    await expect(refusalOf(directory)).resolves.toBeNull();
  } finally {
    await rm(directory, { recursive: true });
  }
  expect(refused).toBeGreaterThan(400);
});
