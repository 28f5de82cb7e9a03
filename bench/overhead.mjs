/**
 * What a request costs beside decoding and the engine: CPU time (user and system) of the HTTP process and, for one request at a
 * time, latency as its client sees it. Bodies of 80 KB, a key, the log to a pipe; the picture is 8×8 pixels and the runtime the fake
 * one, so that the work itself is next to nothing, and that rest is measured by itself and taken off. Run after `npm run build`:
 *
 *     npm run bench:overhead [-- requests per round]
 *
 * Ways to send take turns, so that whatever else the machine does meets all alike. Reads /proc.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { readSettings } from '../dist/config/settings.js';
import { SupervisedEngine } from '../dist/engine/host/supervised-engine.js';
import { planPreprocessing } from '../dist/preprocessing/plan.js';
import { workHere } from '../dist/preprocessing/picture-work.js';
import { PreprocessingService } from '../dist/preprocessing/preprocessing.service.js';
import { ROOT, startServer } from './server.mjs';

const ROUNDS = 7;
const CONCURRENCY = 8;
const BODY_BYTES = 80_000;
const requests = Number(process.argv[2] ?? 400);

const image = { name: 'image', dtype: 'uint8', shape: [null, 8, 8, 3] };
const scores = { name: 'scores', dtype: 'float32', shape: [null, 10] };
const signatures = { serving_default: { inputs: [image], outputs: [scores] } };

const server = await startServer(fill, () => {}, { ENGINE: 'fake', AUTH: 'on' });
const { hostname, port } = new URL(server.url);
const key = await makeKey();
const ways = await waysToSend();
const alone = await startAlone();

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; medians of ${ROUNDS} rounds`,
);
console.log(
  `of ${requests} requests, ${CONCURRENCY} at a time for the CPU and one at a time for the latency\n`,
);
const measured = Object.fromEntries(
  [...Object.keys(ways), 'alone'].map((way) => [way, { cpu: [], p50: [] }]),
);
for (let round = -1; round < ROUNDS; round++) {
  for (const way of Object.keys(measured)) {
    const cpu = way === 'alone' ? await alone.cpu() : await cpuOf(ways[way]);
    const p50 = way === 'alone' ? await alone.p50() : await p50Of(ways[way]);
    if (round < 0) continue; // What is compiled late, and connections that are made.
    measured[way].cpu.push(cpu);
    measured[way].p50.push(p50);
  }
}
report();
await alone.close();
await server.stop();

async function fill(folder) {
  await mkdir(join(folder, 'models/tiny/1'), { recursive: true });
  await writeFile(join(folder, 'models/tiny/1/fake.json'), JSON.stringify({ signatures }));
  await writeFile(join(folder, 'models/tiny/model.yaml'), 'labels: none');
}

async function makeKey() {
  const args = [
    join(ROOT, 'dist/http/api-keys/cli.js'),
    'create',
    '--name',
    'bench',
    '--rate-limit',
    '1000000',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: server.folder });
  return stdout.trim();
}

/** Whole HTTP requests, by how they carry the same picture. */
async function waysToSend() {
  const picture = await pictureOf(BODY_BYTES);
  const base64 = (await pictureOf((BODY_BYTES * 3) / 4)).toString('base64');
  const form = Buffer.concat([
    Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n',
    ),
    picture,
    Buffer.from('\r\n--b--\r\n'),
  ]);
  return {
    raw: requestOf('/predict', 'image/jpeg', picture),
    multipart: requestOf('/predict', 'multipart/form-data; boundary=b', form),
    'JSON base64': requestOf('/predict', 'application/json', Buffer.from(JSON.stringify({ image: base64 }))),
    '/v1': requestOf(
      '/v1/models/tiny:predict',
      'application/json',
      Buffer.from(JSON.stringify({ instances: [{ b64: base64 }] })),
    ),
  };
}

/** A JPEG of 8×8 pixels, as long as wanted: comments of zeros after its first marker. */
async function pictureOf(bytes) {
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  const comments = [];
  for (let missing = bytes - jpeg.length; missing > 4; missing -= comments.at(-1).length) {
    const length = Math.min(missing, 65_000);
    const comment = Buffer.alloc(length);
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(length - 2, 2);
    comments.push(comment);
  }
  return Buffer.concat([jpeg.subarray(0, 2), ...comments, jpeg.subarray(2)]);
}

function requestOf(path, type, body) {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `X-API-Key: ${key}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** CPU of the HTTP process, in ms a request. */
async function cpuOf(request) {
  const before = await serverCpuMs();
  await Promise.all(Array.from({ length: CONCURRENCY }, () => send(request, requests / CONCURRENCY)));
  return ((await serverCpuMs()) - before) / requests;
}

async function serverCpuMs() {
  const metrics = await (await fetch(`${server.url}/metrics`, { headers: { 'X-API-Key': key } })).text();
  return Number(/^process_cpu_seconds_total ([\d.e+-]+)/m.exec(metrics)[1]) * 1000;
}

async function p50Of(request) {
  return median(await send(request, requests));
}

/** Sends a request so many times, one after the other on one connection; how long each took, in ms. */
async function send(request, times) {
  const socket = connect(port, hostname);
  await once(socket, 'connect');
  socket.setNoDelay();
  const took = [];
  for (let sent = 0; sent < times; sent++) {
    const before = performance.now();
    socket.write(request);
    await answerOn(socket);
    took.push(performance.now() - before);
  }
  socket.destroy();
  return took;
}

async function answerOn(socket) {
  let text = '';
  for (;;) {
    const [chunk] = await once(socket, 'data');
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) continue;
    if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(text);
    const length = Number(/content-length: (\d+)/i.exec(text)[1]);
    if (text.length >= end + 4 + length) return;
  }
}

/** The same picture through decoding and the engine, in this process and with nothing around. */
async function startAlone() {
  const settings = readSettings({});
  const preprocessing = new PreprocessingService(settings, workHere);
  const picture = await pictureOf(BODY_BYTES);
  const plan = planPreprocessing({}, image);
  const never = new AbortController().signal;
  const call = { signal: never, deadline: Infinity, caller: 'bench', priority: 'normal' };
  const engine = new SupervisedEngine({
    runtime: 'fake',
    runTimeoutMs: 60_000,
    loadTimeoutMs: 60_000,
    onOutput: () => {},
    onCrash: (reason) => console.error(reason),
    onRestart: () => {},
  });
  await engine.load('tiny', join(server.folder, 'models/tiny/1'), { allowOps: [] });
  const one = async () => {
    const { tensor } = await preprocessing.toPixels(picture, plan, call);
    await engine.run('tiny', 'serving_default', { image: tensor });
  };
  return {
    async cpu() {
      const before = process.cpuUsage();
      const many = async () => {
        for (let done = 0; done < requests / CONCURRENCY; done++) await one();
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, many));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / requests;
    },
    async p50() {
      const took = [];
      for (let done = 0; done < requests; done++) {
        const before = performance.now();
        await one();
        took.push(performance.now() - before);
      }
      return median(took);
    },
    close: () => engine.close(),
  };
}

function report() {
  const rest = { cpu: median(measured.alone.cpu), p50: median(measured.alone.p50) };
  console.log(cells('', 'CPU ms', 'of that ours', '(least to most)', 'p50 ms', 'of that ours'));
  for (const [way, { cpu, p50 }] of Object.entries(measured)) {
    const own = (value, other) => (way === 'alone' ? '' : (value - other).toFixed(3));
    const range = `(${Math.min(...cpu).toFixed(3)} to ${Math.max(...cpu).toFixed(3)})`;
    console.log(
      cells(
        way,
        median(cpu).toFixed(3),
        own(median(cpu), rest.cpu),
        range,
        median(p50).toFixed(3),
        own(median(p50), rest.p50),
      ),
    );
  }
}

function cells(...texts) {
  return texts.map((text, index) => (index === 0 ? text.padEnd(14) : text.padStart(16))).join('');
}

function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}
