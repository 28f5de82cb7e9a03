import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { jest } from '@jest/globals';
import type { ApiKey } from '../access/keys/api-key.js';
import { callOf, timeoutOf } from './call.js';

const headers = (given?: string): Request['headers'] =>
  given === undefined ? {} : { 'x-timeout-ms': given };

describe('X-Timeout-Ms', () => {
  it.each([
    [undefined, 30_000],
    ['1', 1],
    ['250', 250],
    ['30000', 30_000],
  ])('of %s gives a request %d ms', (given, ms) => expect(timeoutOf(headers(given), 30_000)).toBe(ms));

  it.each(['', '0', '30001', '1000000000000', '-1', '1.5', '1e3', '0x10', ' 5', 'soon', '100, 200', 'NaN'])(
    'of %j is refused with the range',
    (given) =>
      expect(() => timeoutOf(headers(given), 30_000)).toThrow(
        '"X-Timeout-Ms" must be a whole number from 1 to 30000: how many milliseconds the answer may take.',
      ),
  );
});

class FakeResponse extends EventEmitter {
  writableEnded = false;
}

const key: ApiKey = {
  id: 'a',
  name: 'a',
  models: null,
  scopes: ['predict'],
  rateLimit: null,
  priority: 'high',
  expiresAt: null,
};

function makeCall(request: Partial<Request>, timeoutMs = 100): [ReturnType<typeof callOf>, FakeResponse] {
  const response = new FakeResponse();
  return [callOf(request as Request, response as unknown as Response, timeoutMs, 1000), response];
}

describe('a call', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('takes turns under its key and has its class', () => {
    const [call] = makeCall({ apiKey: key, ip: '192.0.2.1' });
    expect(call).toMatchObject({ caller: 'a', priority: 'high', arrivedAt: 1000, deadline: 1100 });
  });

  it('takes turns under its address where no key is asked for', () => {
    const [call] = makeCall({ ip: '2001:db8::1' });
    expect(call).toMatchObject({ caller: '2001:db8:0:0::/64', priority: 'normal' });
  });

  it('aborts with DEADLINE_EXCEEDED when its time is over', () => {
    const [{ signal }] = makeCall({ apiKey: key });
    jest.advanceTimersByTime(99);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('aborts with CANCELLED when the client leaves', () => {
    const [{ signal }, response] = makeCall({ apiKey: key });
    response.emit('close');
    expect(signal.reason).toMatchObject({ code: 'CANCELLED' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does neither once it is answered, and leaves no timer and no listener', () => {
    const [{ signal }, response] = makeCall({ apiKey: key });
    response.writableEnded = true;
    response.emit('close');
    jest.advanceTimersByTime(1000);
    expect(signal.aborted).toBe(false);
    expect(response.listenerCount('close')).toBe(0);
  });
});
