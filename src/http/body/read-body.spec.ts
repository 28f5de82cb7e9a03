import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express, { type Request, type Response } from 'express';
import { readSettings } from '../../config/settings.js';
import { Bodies } from './bodies.js';
import { BodyAccount } from './body-account.js';
import { JsonReader } from './json/json-reader.js';
import { BodyReader, isJsonBody } from './read-body.js';
import type { Received } from './received.js';

const MAX_BYTES = 10_000;

let server: Server;
let answer: (received: Promise<Received>) => void;

beforeAll(async () => {
  const app = express();
  const settings = { ...readSettings({}), maxBodyBytes: MAX_BYTES };
  const json = new JsonReader(settings);
  const account = new BodyAccount({ maxBytes: 2 ** 20, maxBytesPerCaller: 2 ** 20, patienceMs: 100 });
  const bodies = new Bodies(settings, account, json);
  const reader = new BodyReader({ maxBytes: MAX_BYTES, maxFiles: 1 }, bodies, json);
  const readBody = async (request: Request, response: Response): Promise<Received> => {
    const { sent, call, entry } = await bodies.arrive(request, response, isJsonBody(request), (room) =>
      reader.receive(request, response, room),
    );
    const body = await sent(call, entry);
    return { body, call, entry, parseMs: performance.now() - call.arrivedAt };
  };
  app.post('/', (request, response) => {
    const received = readBody(request, response);
    answer(received);
    void received.catch(() => {}).then(() => response.end());
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** What a body is read as; without its length among the headers it is sent in chunks. */
async function read(body: Uint8Array, headers: Record<string, string | number>): Promise<Received> {
  const { port } = server.address() as AddressInfo;
  const reading = new Promise<Received>((resolve) => (answer = resolve));
  const sending = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers });
  sending.on('error', () => {});
  sending.write(body.subarray(0, 3));
  sending.end(body.subarray(3));
  try {
    return await reading;
  } finally {
    sending.destroy();
  }
}

async function readJson(json: string | Uint8Array, type = 'application/json'): Promise<unknown> {
  const { body } = await read(Buffer.from(json as string), { 'content-type': type });
  return body.kind === 'json' ? body.value : body;
}

const picture = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251);
const raw = { 'content-type': 'image/jpeg' };
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a picture as the whole body', () => {
  it.each([
    ['of announced length', picture, { 'content-length': picture.length }],
    ['in chunks', picture, {}],
    ['as gzip', gzipSync(picture), { 'content-encoding': 'gzip' }],
    ['as deflate', deflateSync(picture), { 'content-encoding': 'deflate' }],
    ['as br', brotliCompressSync(picture), { 'content-encoding': 'BR' }],
    ['as it is', picture, { 'content-encoding': 'identity' }],
  ])('is read whole %s', async (_, sent, headers) => {
    const before = performance.now();
    const { body, call, parseMs } = await read(sent, { ...raw, ...headers } as Record<string, string>);
    expect(body.kind === 'raw' && Buffer.from(body.bytes)).toEqual(Buffer.from(picture));
    expect(call.arrivedAt).toBeGreaterThan(before);
    expect(parseMs).toBeGreaterThanOrEqual(0);
  });

  const bomb = new Uint8Array(MAX_BYTES + 1);
  it.each([
    ['announced as more than allowed', bomb, { 'content-length': bomb.length }, 'BODY_TOO_LARGE'],
    ['more than allowed', bomb, {}, 'BODY_TOO_LARGE'],
    ['more than allowed once inflated', gzipSync(bomb), { 'content-encoding': 'gzip' }, 'BODY_TOO_LARGE'],
    ['cut off', gzipSync(picture).subarray(0, -12), { 'content-encoding': 'gzip' }, 'BODY_UNREADABLE'],
    ['not what it claims', picture, { 'content-encoding': 'gzip' }, 'BODY_UNREADABLE'],
    ['compressed in another way', picture, { 'content-encoding': 'zstd' }, 'MEDIA_TYPE_UNSUPPORTED'],
    ['of an odd type', picture, { 'content-type': 'text/plain' }, 'MEDIA_TYPE_UNSUPPORTED'],
  ])('is refused when it is %s', async (_, sent, headers, code) => {
    await expect(read(sent, { ...raw, ...headers } as Record<string, string>)).rejects.toMatchObject({
      code,
    });
  });

  it('is refused when its client leaves before all of it was sent', async () => {
    const { port } = server.address() as AddressInfo;
    const reading = new Promise<Received>((resolve) => (answer = resolve));
    const headers = { ...raw, 'content-length': 5000 };
    const sending = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers });
    sending.on('error', () => {});
    sending.write(picture.subarray(0, 100), () => sending.destroy());
    await expect(reading).rejects.toMatchObject({ code: 'BODY_UNREADABLE' });
  });
});

describe('a JSON body', () => {
  it.each([
    ['{"input": ["\u2200"]}', { input: ['\u2200'] }],
    ['{"input": [1, 2.5]}', { input: [1, 2.5] }],
    ['\ufeff{"input": "\u00e9"}', { input: '\u00e9' }],
    ['7', 7],
  ])('is read as it was sent: %s', async (json, value) => expect(await readJson(json)).toEqual(value));

  it('counts as an empty object when there is nothing of it', async () => {
    expect(await readJson(gzipSync('').subarray(0, 0))).toEqual({});
  });

  it.each(['application/json; charset=UTF-8', 'application/json;charset="utf-8"', 'application/ld+json'])(
    'may come as %s',
    async (type) => expect(await readJson('[1]', type)).toEqual([1]),
  );

  it('is refused where it is nested too deep, or is not JSON', async () => {
    expect(await readJson(nested(32))).toBeInstanceOf(Array);
    await expect(readJson(nested(33))).rejects.toMatchObject({ code: 'BODY_UNREADABLE' });
    await expect(readJson('{"input":')).rejects.toMatchObject({ code: 'BODY_UNREADABLE' });
  });

  it('cannot hide its depth behind another encoding', async () => {
    // In UTF-16 the second byte of U+2200 is that of a quote: what follows would pass for a text.
    const hidden = Buffer.from(`["\u2200", ${nested(100)}]`, 'utf16le');
    for (const charset of ['utf-16le', 'utf-16', 'latin1'])
      await expect(readJson(hidden, `application/json; charset=${charset}`)).rejects.toMatchObject({
        code: 'MEDIA_TYPE_UNSUPPORTED',
      });
  });
});
