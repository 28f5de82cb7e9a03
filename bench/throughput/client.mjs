import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, ROOT } from './cache.mjs';

const SOURCES = join(ROOT, 'bench/client');
/** More than any server here lets wait, so that none is spared by its client. */
const MOST_CONNECTIONS = 1024;
/** Of how many requests, from the first on, the client keeps an answer; as in report.h. */
export const SAMPLED = 8;

/** Compiles bench/client, once for each state of it. @returns the program */
export async function loadProgram() {
  const sources = (await readdir(SOURCES)).toSorted().map((name) => join(SOURCES, name));
  const folder = await cached('bench-client', sources, async (staging) => {
    const compile = ['-O2', '-std=c++17', '-Wall', '-o', join(staging, 'load'), join(SOURCES, 'load.cpp')];
    await promisify(execFile)(process.env.CXX || 'g++', compile);
  });
  return join(folder, 'load');
}

/**
 * Writes requests as the client reads them, each after its length.
 * @param request see servers.mjs
 */
export async function writeRequests(file, pictures, request) {
  const parts = pictures.flatMap((picture) => {
    const whole = render(request(picture));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(whole.length);
    return [length, whole];
  });
  await writeFile(file, Buffer.concat(parts));
}

function render({ path, headers, body }) {
  const lines = Object.entries({
    Host: '127.0.0.1',
    Accept: '*/*',
    ...headers,
    'Content-Length': body.length,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body]);
}

/** So many requests in flight all the time. @returns what report.h prints */
export function closedLoop(target, concurrency, { seconds, warmUp }) {
  return run(target, ['closed', concurrency, seconds, warmUp]);
}

/** So many requests a second, whatever becomes of them. @returns what report.h prints */
export function openLoop(target, rate, { seconds, warmUp, seed }) {
  return run(target, ['open', rate, seconds, warmUp, seed, MOST_CONNECTIONS]);
}

async function run({ program, port, requests, signal }, options) {
  const parameters = ['127.0.0.1', port, requests, ...options].map(String);
  const child = spawn(program, parameters, { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, complaint] = ['', ''].map(() => []);
  child.stdout.on('data', (chunk) => printed.push(chunk));
  child.stderr.on('data', (chunk) => complaint.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The client ended: ${Buffer.concat(complaint).toString().trim()}`);
  return JSON.parse(Buffer.concat(printed).toString());
}
