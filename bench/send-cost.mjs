/**
 * What it costs the HTTP process to send one 224×224×3 uint8 picture to the engine host and take its answer, in CPU time
 * (user and system) of the HTTP process alone. Run after `npm run build`:
 *
 *     npm run bench:send [-- pictures per round]
 *
 * The host holds the fake runtime: its own time does not count here.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedEngine } from '../dist/engine/host/supervised-engine.js';

const ROUNDS = 7;
const pictures = Number(process.argv[2] ?? 1000);

const directory = await mkdtemp(join(tmpdir(), 'tensornest-send-'));
const image = { name: 'image', dtype: 'uint8', shape: [null, 224, 224, 3] };
const scores = { name: 'scores', dtype: 'float32', shape: [null, 1000] };
const signatures = { serving_default: { inputs: [image], outputs: [scores] } };
await writeFile(join(directory, 'fake.json'), JSON.stringify({ signatures }));

const engine = new SupervisedEngine({
  runtime: 'fake',
  runTimeoutMs: 60_000,
  loadTimeoutMs: 60_000,
  onOutput: () => {},
  onCrash: (reason) => console.error(reason),
  onRestart: () => {},
});
await engine.load('fake', directory, { allowOps: [] });

for (const batch of [1, 8]) {
  const shape = [batch, 224, 224, 3];
  const data = new Uint8Array(batch * 224 * 224 * 3).fill(127);
  const run = () => engine.run('fake', 'serving_default', { image: { dtype: 'uint8', shape, data } });
  for (let warmUp = 0; warmUp < 50; warmUp++) await run();
  const costs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let sent = 0; sent < pictures; sent += batch) await run();
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1000 / pictures);
  }
  costs.sort((a, b) => a - b);
  const [least, median, most] = [costs[0], costs[ROUNDS >> 1], costs.at(-1)].map((ms) => ms.toFixed(3));
  console.log(
    `${batch} per run: ${median} ms of CPU a picture (${least} to ${most}, ${ROUNDS} rounds of ${pictures})`,
  );
}
await engine.close();
await rm(directory, { recursive: true });
