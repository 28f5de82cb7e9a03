import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutate, seeded } from '../saved-model/mutate.fixture.js';
import { readArchive } from './archive.js';
import { Hdf5Thread } from './hdf5/hdf5-thread.js';
import { KerasError } from './keras.errors.js';
import { readKerasModel } from './read-keras-model.js';
import { FIXTURES } from './run-graph.fixture.js';
import { zipOf } from './zip.fixture.js';

/** On some files libhdf5 runs forever. */
const TIME_LIMIT_MS = 1000;
/** A sound file is read however busy the machine is. */
const SOUND_LIMIT_MS = 30_000;

/** `FUZZ_SEED=7` draws other files; the title has it. */
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const TIMES = 80;
/** For all of them, each up to its limit and in a thread that is started anew. */
const LONG_MS = TIMES * 3 * TIME_LIMIT_MS;

describe(`Wrong Keras files (FUZZ_SEED=${SEED})`, () => {
  let directory: string;
  let thread: Hdf5Thread;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keras-fuzz-'));
    thread = new Hdf5Thread();
  });
  afterAll(async () => {
    await thread.end();
    await rm(directory, { recursive: true });
  });

  /** Why a file is refused; `null` if it is read. Anything but a sound refusal throws. */
  async function refusalOf(file: string, bytes: Buffer, limitMs = TIME_LIMIT_MS): Promise<string | null> {
    await writeFile(join(directory, file), bytes);
    if (thread.ended) thread = new Hdf5Thread();
    try {
      await readKerasModel(directory, file, (given, layout) => thread.read(given, layout, limitMs));
      return null;
    } catch (error) {
      if (!(error instanceof KerasError)) throw error;
      if (!/^model\.(keras|h5) [^\n]{5,600}\.$/.test(error.message))
        throw new Error('Not one sentence.', { cause: error });
      return error.message;
    }
  }

  it.each<[string, string, (random: () => number) => Promise<Buffer>]>([
    [
      'a .keras',
      'model.keras',
      async (random) => mutate(await fixture('model.keras'), random, await fixture('model.h5')),
    ],
    [
      'a .h5',
      'model.h5',
      async (random) => mutate(await fixture('model.h5'), random, await fixture('model.keras')),
    ],
    ['the config of a .keras', 'model.keras', (random) => repacked(random, 'config')],
    ['the weights of a .keras', 'model.keras', (random) => repacked(random, 'weights')],
  ])(
    'are each read or refused in one sentence: %s',
    async (_, file, wrong) => {
      const random = seeded(SEED + file.length);
      let refused = 0;
      for (let time = 0; time < TIMES; time++) {
        if ((await refusalOf(file, await wrong(random))) !== null) refused++;
      }
      expect(refused).toBeGreaterThan(TIMES / 4);
      await expect(refusalOf(file, await fixture(file), SOUND_LIMIT_MS)).resolves.toBeNull();
    },
    LONG_MS,
  );
});

function fixture(file: string): Promise<Buffer> {
  return readFile(join(FIXTURES, 'keras3', 'sequential', file));
}

/** The archive with one entry made wrong, and right checksums. */
async function repacked(random: () => number, entry: 'config' | 'weights'): Promise<Buffer> {
  const { metadata, config, weights } = (await readArchive(
    join(FIXTURES, 'keras3', 'nested'),
    'model.keras',
  ))!;
  const content: Record<typeof entry, Buffer> = {
    config: Buffer.from(config),
    weights: Buffer.from(weights),
  };
  content[entry] = mutate(content[entry], random, content.config);
  return zipOf([
    { name: 'metadata.json', content: Buffer.from(metadata) },
    { name: 'config.json', content: content.config },
    { name: 'model.weights.h5', content: content.weights },
  ]);
}
