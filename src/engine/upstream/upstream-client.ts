import { buildConnector, Pool } from 'undici';
import { afterFailure, atStart, type EndpointHealth, HEALTHY, inOrder } from './endpoint-health.js';
import type { UpstreamAnswer, UpstreamRequest } from './upstream-message.js';
import type { UpstreamConfig } from './upstream-config.js';
import { ConnectFailure, Overtime, transportError } from './upstream-error.js';

/** What a server says that cannot serve now, or whose servers behind it cannot. */
const FAILURE_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

export const MAX_ANSWER_BYTES = 256 * 2 ** 20;

type ClientConfig = Pick<
  UpstreamConfig,
  'urls' | 'timeoutMs' | 'connectTimeoutMs' | 'concurrency' | 'headers'
>;

interface Endpoint {
  readonly pool: Pool;
  readonly basePath: string;
}

/** HTTP to the servers that hold a model, over connections that are kept. */
export class UpstreamClient {
  private readonly endpoints: readonly Endpoint[];
  private readonly healths: EndpointHealth[];
  private turn = 0;

  constructor(
    private readonly config: ClientConfig,
    maxAnswerBytes = MAX_ANSWER_BYTES,
  ) {
    const connect = connector(config.connectTimeoutMs);
    this.endpoints = config.urls.map((url) => {
      const { origin, pathname } = new URL(url);
      const pool = new Pool(origin, {
        connect,
        connections: config.concurrency,
        maxResponseSize: maxAnswerBytes,
        headersTimeout: 0, // One timer bounds the whole call: `timeoutMs`.
        bodyTimeout: 0,
      });
      return { pool, basePath: pathname.replace(/\/$/, '') };
    });
    this.healths = config.urls.map(() => HEALTHY);
  }

  /**
   * The answer, of any status, of one of the servers. Where none can be connected to, the next is tried, each at most once; a
   * request that may have reached a server is not sent again.
   * @throws EngineError of the kinds `upstream-…`
   */
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { timeoutMs } = this.config;
    const overtime = new AbortController();
    const timer = setTimeout(() => overtime.abort(new Overtime(timeoutMs)), timeoutMs);
    try {
      return await this.sendInOrder(request, overtime.signal);
    } catch (error) {
      throw transportError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Connections end with the answers that are on their way. */
  async close(): Promise<void> {
    await Promise.all(this.endpoints.map(({ pool }) => pool.close()));
  }

  /** Connections end now; calls in flight are rejected. */
  async destroy(): Promise<void> {
    await Promise.all(this.endpoints.map(({ pool }) => pool.destroy()));
  }

  private async sendInOrder(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    const order = inOrder(this.healths, this.turn, performance.now());
    this.turn = (this.turn + 1) % this.endpoints.length;
    let failure: unknown;
    for (const index of order) {
      try {
        return await this.sendTo(index, request, signal);
      } catch (error) {
        if (!(error instanceof ConnectFailure)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  private async sendTo(
    index: number,
    request: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const began = performance.now();
    this.healths[index] = atStart(this.healths[index]!);
    const failed = (): void => {
      this.healths[index] = afterFailure(this.healths[index]!, began, performance.now());
    };
    try {
      const answer = await this.exchange(this.endpoints[index]!, request, signal);
      if (FAILURE_STATUSES.has(answer.status)) failed();
      else this.healths[index] = HEALTHY;
      return answer;
    } catch (error) {
      failed();
      throw error;
    }
  }

  private async exchange(
    { pool, basePath }: Endpoint,
    { method, path, headers, body }: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const answer = await pool.request({
      method,
      path: `${basePath}${path}`,
      headers: { accept: '*/*', ...this.config.headers, ...headers },
      body: body ?? null,
      signal,
    });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.bytes() };
  }
}

/** Connects, and tells failures to connect from all that can go wrong later. */
function connector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error) callback(new ConnectFailure(error), null);
      else callback(null, socket);
    });
  };
}
