import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { FairLine } from '../../turns/fair-line.js';
import { Permits } from '../../turns/permits.js';
import type { RequestCall } from '../../turns/call.js';
import { callOf, timeoutOf } from '../call.js';
import { callerIdentity } from '../../access/limits/caller-address.js';
import { BodyAccount, type BodyEntry } from './body-account.js';
import { bodyTooLarge, brokeOff } from './body-errors.js';
import { type Compression, inflate, mostInflated } from './inflate.js';
import { announcedBytes } from './read-bytes.js';
import { JsonReader } from './json/json-reader.js';
import { readInTime } from './read-in-time.js';

/** What came of a body while its client had the time. */
export interface Arrived<T> {
  readonly sent: T;
  /** From now on the time of the request counts. */
  readonly call: RequestCall;
  readonly entry: BodyEntry;
}

/** The one way in for bodies: room in memory before the first byte, the client's time, then the server's. */
@Injectable()
export class Bodies {
  private readonly inflateLimits;
  /** One at a time, so that its core is all that it takes from others. */
  private readonly inflating = new Permits(1, new FairLine());

  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly account: BodyAccount,
    private readonly json: JsonReader,
  ) {
    this.inflateLimits = { maxBytes: settings.maxBodyBytes, maxRatio: settings.maxInflation };
  }

  /**
   * Has `read` read a body once there is room for it and for what becomes of it.
   * @throws ServingError FIELD_INVALID, BODY_TOO_LARGE, QUEUE_FULL, RATE_LIMITED, BODY_TIMEOUT, and what `read` throws
   */
  async arrive<T>(
    request: Request,
    response: Response,
    isJson: boolean,
    read: (entry: BodyEntry) => Promise<T>,
  ): Promise<Arrived<T>> {
    const { maxBodyBytes, bodyTimeoutMs, requestTimeoutMs } = this.settings;
    const timeoutMs = timeoutOf(request.headers, requestTimeoutMs);
    const bytes = announcedBytes(request) ?? 0;
    if (bytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
    const entry = this.account.open(callerIdentity(request));
    const left = new AbortController();
    response.once('close', () => {
      entry.leave();
      left.abort(brokeOff());
    });
    const isCompressed = (request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';
    await entry.reserve(isJson && !isCompressed ? this.json.memoryFor(bytes) : bytes, left.signal);
    const sent = await readInTime(() => read(entry), request, response, bodyTimeoutMs);
    return { sent, call: callOf(request, response, timeoutMs), entry };
  }

  /**
   * What was compressed, once there is room for as much as may come of it.
   * @throws ServingError BODY_UNREADABLE, BODY_TOO_LARGE, QUEUE_FULL, RATE_LIMITED; or the signal's reason
   */
  async inflated(
    compression: Compression,
    bytes: Uint8Array,
    call: RequestCall,
    entry: BodyEntry,
    isJson: boolean,
  ): Promise<Buffer> {
    const { signal } = call;
    const memoryFor = (size: number): number => (isJson ? this.json.memoryFor(size) : size);
    await entry.reserve(memoryFor(mostInflated(bytes.length, this.inflateLimits)), signal);
    const inflated = await this.inflating.run(
      () => inflate(compression, bytes, this.inflateLimits, signal),
      signal,
      call,
      bytes.length,
    );
    entry.settle(memoryFor(inflated.length));
    return inflated;
  }
}
