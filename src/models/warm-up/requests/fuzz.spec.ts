import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mutate, seeded } from '../../../saved-model/mutate.fixture.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';
import { parseWarmUpRequests } from './read-warm-up-requests.js';
import { dataOf, record } from './records.fixture.js';

const FIXTURES = 'test/fixtures/warm-up';
const FILE = 'assets.extra/tf_serving_warmup_requests';
const SENTENCE = /^assets\.extra\/tf_serving_warmup_requests [^\n]+\.$/;
/** `FUZZ_SEED=7` draws other files; the titles have it. */
const SEED = Number(process.env.FUZZ_SEED ?? 7);
const DAMAGED = ['truncated', 'bad_checksum'];

async function fixtures(): Promise<Buffer[]> {
  const names = (await readdir(FIXTURES)).filter((name) => !DAMAGED.includes(name)).toSorted();
  return Promise.all(names.map((name) => readFile(join(FIXTURES, name, FILE))));
}

/** Whether the file is refused. Anything but requests or a `SavedModelError` of one sentence fails the test. */
function isRefused(file: Buffer): boolean {
  try {
    parseWarmUpRequests(file);
    return false;
  } catch (error) {
    if (error instanceof SavedModelError && SENTENCE.test(error.message)) return true;
    throw error;
  }
}

it(`Two thousand files with wrong bytes are each read or refused in one sentence (FUZZ_SEED=${SEED})`, async () => {
  const random = seeded(SEED);
  const files = await fixtures();
  let refused = 0;
  for (let index = 0; index < 2000; index++) {
    const other = files[Math.floor(random() * files.length)]!;
    if (isRefused(mutate(files[index % files.length]!, random, other))) refused++;
  }
  expect(refused).toBeGreaterThan(1900); // By the checksums.
});

it(`Five thousand wrong requests in sound records are each read or refused, in bounded memory and time (FUZZ_SEED=${SEED})`, async () => {
  const random = seeded(SEED + 1);
  const requests = (await fixtures()).flatMap(dataOf);
  const files = Array.from({ length: 5000 }, (_, index) => {
    const other = requests[Math.floor(random() * requests.length)]!;
    return record(mutate(requests[index % requests.length]!, random, other));
  });
  let refused = 0;
  let slowest = 0;
  let most = 0;
  for (const file of files) {
    const before = process.memoryUsage().arrayBuffers;
    const start = performance.now();
    if (isRefused(file)) refused++;
    slowest = Math.max(slowest, performance.now() - start);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeLessThan(5000);
  expect(slowest).toBeLessThan(2000);
  expect(most).toBeLessThan(600 * 1024 ** 2);
});
