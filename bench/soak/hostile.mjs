import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { numbersFrom } from '../random.mjs';

/** How long a caller that sends a byte at a time goes on, in ms. */
const SLOW_MS = 20_000;
const SLOW_CALLERS = 4;
const PAUSE_MS = 500;

/** What is sent again and again; whatever is answered below 500, 429 or 503 is right. */
const ATTACKS = {
  'no key': () => json('/models/numbers/predict', '{"input":[1]}', { 'X-API-Key': 'wrong' }),
  'no JSON': () => json('/models/numbers/predict', '{"input":[1'),
  'other types': () => json('/models/numbers/predict', '{"instances":[{"a":1},null,"x"]}'),
  'deep JSON': () => json('/models/numbers/predict', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  'deep JSON, /v1': () => json('/v1/models/numbers:predict', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  'inflated JSON': () => json('/models/numbers/predict', INFLATED, { 'Content-Encoding': 'gzip' }),
  'inflated JSON, /v1': () => json('/v1/models/numbers:predict', INFLATED, { 'Content-Encoding': 'gzip' }),
  'no picture': () => picture(randomBytes(20_000)),
  'half a picture': async () => picture((await noise(300)).subarray(0, 5000)),
  'a thin picture': () => picture(THIN),
  'no such model': () => json('/models/nothing/predict', '{"input":[1]}'),
  'no such path': () => json(`/${'a/'.repeat(500)}`, '{}'),
  'broken form': () => ({
    path: '/models/shapes/predict',
    type: 'multipart/form-data; boundary=x',
    body: '--x\r\nContent-Disposition: form',
  }),
};

const INFLATED = gzipSync(`{"instances":[${'{},'.repeat(4_000_000)}{}]}`);
const THIN = await sharp({ create: { width: 1, height: 200_000, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

/** @returns functions that call until the signal comes */
export function hostileCallers({ server, hostile, signal, tally, seed }) {
  const attacks = async () => {
    const random = numbersFrom(seed);
    const names = Object.keys(ATTACKS);
    while (!signal.aborted) {
      const name = names[Math.floor(names.length * random())];
      await attack(`hostile: ${name}`, await ATTACKS[name](), { server, hostile, tally });
      await sleep(PAUSE_MS * random());
    }
  };
  const slow = async () => {
    while (!signal.aborted) await sendSlowly(server.url, hostile, tally, signal);
  };
  const broken = async () => {
    while (!signal.aborted) {
      await sendBroken(server.url, tally);
      await sleep(PAUSE_MS);
    }
  };
  return [attacks, attacks, broken, ...Array.from({ length: SLOW_CALLERS }, () => slow)];
}

async function attack(kind, { path, type, body, headers }, { server, hostile, tally }) {
  try {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { ...hostile, 'Content-Type': type, ...headers },
      body,
      signal: AbortSignal.timeout(60_000),
    });
    await answer.arrayBuffer();
    const isFault = answer.status >= 500 && answer.status !== 503;
    if (isFault) tally.fault(kind, 'wrong', `answered with ${answer.status}`);
    else tally.count(kind, String(answer.status));
  } catch (error) {
    // A server may end the connection of somebody who sends what it will not read.
    tally.count(kind, error.name === 'TimeoutError' ? 'unanswered' : 'ended');
  }
}

/** A request whose body comes byte by byte. */
async function sendSlowly(url, headers, tally, signal) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  const closed = once(socket, 'close').then(() => true);
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.write(
    `POST /models/shapes/predict HTTP/1.1\r\nHost: x\r\n${lines}Content-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n`,
  );
  const until = performance.now() + SLOW_MS;
  let isClosed = false;
  while (!isClosed && !signal.aborted && performance.now() < until) {
    socket.write('a');
    isClosed = await Promise.race([closed, sleep(200).then(() => false)]);
  }
  socket.destroy();
  tally.count('slow', isClosed ? 'ended' : 'given up');
}

/** What is no HTTP, or half of it. */
async function sendBroken(url, tally) {
  for (const text of [
    'GET / HTTP/9.9\r\n\r\n',
    'POST /predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    '\0\0\0',
    'GET /health/live HTTP/1.1\r\nHost: x\r\n',
  ]) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.end(text);
    await Promise.race([once(socket, 'close'), sleep(2000)]);
    socket.destroy();
    tally.count('no HTTP', 'sent');
  }
}

function json(path, body, headers = {}) {
  return { path, type: 'application/json', body, headers };
}

function picture(body) {
  return { path: '/models/shapes/predict', type: 'image/jpeg', body };
}

async function noise(side) {
  return sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer();
}
