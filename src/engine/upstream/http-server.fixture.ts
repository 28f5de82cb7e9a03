import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readUpstream, type UpstreamConfig } from './upstream-config.js';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A real HTTP server for one test file, with all that it was asked. */
export interface TestUpstream {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

const running = new Set<TestUpstream>();
afterEach(async () => {
  for (const server of running) await server.close();
});

/** @param answer is called once the request has been read */
export async function startUpstream(
  answer: (request: SeenRequest, response: ServerResponse) => void,
  port = 0,
): Promise<TestUpstream> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const whole = { method, path, headers, body: Buffer.concat(chunks) };
      seen.push(whole);
      answer(whole, response);
    });
  };
  const server = createServer(listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const upstream: TestUpstream = {
    url: `http://127.0.0.1:${taken}`,
    seen,
    close: async () => {
      running.delete(upstream);
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  running.add(upstream);
  return upstream;
}

/** A port on which nobody listens: one that was free a moment ago. */
export async function closedUrl(): Promise<string> {
  const { url, close } = await startUpstream(() => {});
  await close();
  return url;
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export function config(urls: string | readonly string[], more: object = {}): UpstreamConfig {
  return readUpstream({ urls, protocol: 'open-inference', ...more }, 'upstream');
}
