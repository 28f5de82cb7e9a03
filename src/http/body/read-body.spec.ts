import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { makeBodyReader } from './read-body.js';

/** What a JSON body in this encoding is read as, or the code it is refused with. */
async function read(json: string, charset: 'utf-8' | 'utf-16le'): Promise<unknown> {
  const app = express();
  const reader = makeBodyReader({ maxBytes: 10_000, maxFiles: 1 });
  app.post('/', (request, response) => {
    void reader(request, response).then(
      (body) => response.json(body),
      ({ code }: { code: unknown }) => response.json(code),
    );
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    method: 'POST',
    headers: { 'content-type': `application/json; charset=${charset}` },
    body: Buffer.from(json, charset === 'utf-8' ? 'utf8' : 'utf16le'),
  });
  const value: unknown = await answer.json();
  server.close();
  return value;
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a JSON body', () => {
  it('is read as it was sent', async () => {
    expect(await read('{"input": ["\u2200"]}', 'utf-8')).toEqual({
      kind: 'json',
      value: { input: ['\u2200'] },
    });
  });

  it('is refused where it is nested too deep', async () => {
    expect(await read(nested(32), 'utf-8')).toMatchObject({ kind: 'json' });
    expect(await read(nested(33), 'utf-8')).toBe('BODY_UNREADABLE');
  });

  it('cannot hide its depth behind another encoding', async () => {
    // In UTF-16 the second byte of U+2200 is that of a quote: what follows would pass for a text.
    expect(await read(`["\u2200", ${nested(100)}]`, 'utf-16le')).toBe('MEDIA_TYPE_UNSUPPORTED');
  });
});
