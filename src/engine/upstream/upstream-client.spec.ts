import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { EngineError } from '../engine.js';
import { closedUrl, config, sendJson, startUpstream } from './http-server.fixture.js';
import { UpstreamClient } from './upstream-client.js';

const ASK = { method: 'GET', path: '/v2/models/m' } as const;
const POST = { method: 'POST', path: '/v2/models/m/infer', body: Buffer.from('{}') } as const;

const clients = new Set<UpstreamClient>();
afterEach(async () => {
  for (const client of clients) await client.destroy();
  clients.clear();
});

function clientOf(
  urls: string | readonly string[],
  more: object = {},
  maxAnswerBytes?: number,
): UpstreamClient {
  const client = new UpstreamClient(config(urls, more), maxAnswerBytes);
  clients.add(client);
  return client;
}

const failureOf = async (answer: Promise<unknown>): Promise<unknown> => {
  const error = await answer.then(
    () => new Error('It was answered.'),
    (reason: unknown) => reason,
  );
  return error instanceof EngineError ? [error.kind, error.message] : error;
};

describe('a request', () => {
  it('is sent under the base path, with the configured headers, and its answer comes back whole', async () => {
    const server = await startUpstream((_, response) => sendJson(response, { some: 'thing' }, 418));
    const client = clientOf(`${server.url}/base/path/`, { headers: { 'X-Token': 's3cret' } });
    const answer = await client.send({ ...POST, headers: { 'content-type': 'application/json' } });
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([418, '{"some":"thing"}']);
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        path: '/base/path/v2/models/m/infer',
        headers: { 'x-token': 's3cret', 'content-type': 'application/json', 'content-length': '2' },
        body: Buffer.from('{}'),
      },
    ]);
  });

  it('uses connections again', async () => {
    const ports = new Set<number>();
    const server = await startUpstream((_, response) => {
      ports.add(response.socket!.remotePort!);
      sendJson(response, {});
    });
    const client = clientOf(server.url);
    for (let n = 0; n < 20; n++) await client.send(ASK);
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('has at most `concurrency` connections, and waits for one', async () => {
    const waiting: (() => void)[] = [];
    const server = await startUpstream((_, response) => waiting.push(() => sendJson(response, {})));
    const client = clientOf(server.url, { concurrency: 2 });
    const answers = [1, 2, 3].map(() => client.send(ASK));
    while (waiting.length < 2) await turn();
    expect(server.seen).toHaveLength(2);
    waiting[0]!();
    while (waiting.length < 3) await turn();
    for (const answer of waiting.slice(1)) answer();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('on its way is answered although the client is closed', async () => {
    let answer = (): void => {};
    const server = await startUpstream((_, response) => (answer = () => sendJson(response, {})));
    const client = clientOf(server.url);
    const sent = client.send(ASK);
    while (server.seen.length === 0) await turn();
    const closed = client.close();
    answer();
    expect((await sent).status).toBe(200);
    await closed;
  });
});

describe('of a server that misbehaves', () => {
  it('a refused connection is told', async () => {
    const failure = await failureOf(clientOf(await closedUrl()).send(ASK));
    expect(failure).toEqual(['upstream-unavailable', 'The remote server cannot be reached (ECONNREFUSED).']);
  });

  it('an unknown name is told, and no address to those who read it', async () => {
    const error: EngineError = await clientOf('http://nowhere.invalid')
      .send(ASK)
      .then(
        () => Promise.reject(new Error('It was answered.')),
        (reason: EngineError) => reason,
      );
    expect(error.kind).toBe('upstream-unavailable');
    expect(error.message).not.toContain('nowhere');
    expect(String(error.cause)).toContain('nowhere');
  });

  it('silence is told when the time is up', async () => {
    const server = await startUpstream(() => {});
    const failure = await failureOf(clientOf(server.url, { timeoutMs: 50 }).send(ASK));
    expect(failure).toEqual(['upstream-timeout', 'The remote server did not answer within 50 ms.']);
  });

  it('an answer that never ends is told when the time is up', async () => {
    const server = await startUpstream((_, response) => {
      response.writeHead(200);
      response.write('{');
    });
    const failure = await failureOf(clientOf(server.url, { timeoutMs: 50 }).send(ASK));
    expect(failure).toEqual(['upstream-timeout', 'The remote server did not answer within 50 ms.']);
  });

  it('a connection that breaks within an answer is told', async () => {
    const server = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.socket!.resetAndDestroy());
    });
    expect(await failureOf(clientOf(server.url).send(ASK))).toEqual([
      'upstream-failed',
      expect.stringMatching(
        /^The connection to the remote server broke before its answer was whole \(\w+\)\.$/,
      ),
    ]);
  });

  it('an answer larger than is read is told', async () => {
    const server = await startUpstream((_, response) => {
      const write = (): void => {
        while (response.write(Buffer.alloc(1_000))) if (response.destroyed) return;
        response.once('drain', write);
      };
      write();
    });
    const failure = await failureOf(clientOf(server.url, {}, 10_000).send(ASK));
    expect(failure).toEqual(['upstream-failed', "The remote server's answer is too large."]);
  });

  it('huge headers are told', async () => {
    const server = await startUpstream((_, response) => {
      response.writeHead(200, { 'x-much': 'a'.repeat(100_000) });
      response.end();
    });
    const failure = await failureOf(clientOf(server.url).send(ASK));
    expect(failure).toEqual(['upstream-failed', "The headers of the remote server's answer are too large."]);
  });

  it('what is not HTTP is told', async () => {
    const server = createServer((socket) => socket.end('+OK POP3 server ready\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf(clientOf(`http://127.0.0.1:${port}`).send(ASK));
    server.close();
    expect(failure).toEqual(['upstream-failed', "The remote server's answer is not HTTP."]);
  });
});

describe('with several servers, requests', () => {
  const answering = () => startUpstream((_, response) => sendJson(response, {}));

  it('go to them in turn', async () => {
    const [one, other] = [await answering(), await answering()];
    const client = clientOf([one.url, other.url]);
    for (let n = 0; n < 4; n++) await client.send(ASK);
    expect([one.seen.length, other.seen.length]).toEqual([2, 2]);
  });

  it('that cannot connect to one are answered by the next', async () => {
    const server = await answering();
    const client = clientOf([await closedUrl(), server.url]);
    for (let n = 0; n < 10; n++) expect((await client.send(POST)).status).toBe(200);
    expect(server.seen).toHaveLength(10);
  });

  it('that may have reached one are not sent again', async () => {
    const breaking = await startUpstream((_, response) => response.socket!.resetAndDestroy());
    const other = await answering();
    const client = clientOf([breaking.url, other.url]);
    expect(await failureOf(client.send(POST))).toEqual(['upstream-failed', expect.any(String)]);
    expect([breaking.seen.length, other.seen.length]).toEqual([1, 0]);
  });

  it.each([502, 503, 504])('no longer go to one that answers %d again and again', async (status) => {
    const failing = await startUpstream((_, response) => sendJson(response, {}, status));
    const other = await answering();
    const client = clientOf([failing.url, other.url]);
    for (let n = 0; n < 12; n++) await client.send(ASK);
    expect([failing.seen.length, other.seen.length]).toEqual([3, 9]);
  });

  it('still go to one that answers other errors, which are not its failure to serve', async () => {
    const refusing = await startUpstream((_, response) => sendJson(response, {}, 400));
    const other = await answering();
    const client = clientOf([refusing.url, other.url]);
    for (let n = 0; n < 12; n++) await client.send(ASK);
    expect(refusing.seen).toHaveLength(6);
  });

  it('are tried on one of them where all fail, and all told', async () => {
    const client = clientOf([await closedUrl(), await closedUrl()]);
    for (let n = 0; n < 8; n++) {
      expect(await failureOf(client.send(ASK))).toEqual(['upstream-unavailable', expect.any(String)]);
    }
  });

  it('come back to one that serves again', async () => {
    const gone = await startUpstream((_, response) => sendJson(response, {}));
    await gone.close();
    const client = clientOf(gone.url);
    for (let n = 0; n < 5; n++) await failureOf(client.send(ASK));
    const back = await startUpstream((_, response) => sendJson(response, {}), Number(new URL(gone.url).port));
    expect((await client.send(ASK)).status).toBe(200);
    expect(back.seen).toHaveLength(1);
  });
});
