import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { createKey, hashKey } from '../../access/keys/api-key.js';
import { type KeyEntry, printKeysFile } from '../../access/keys/keys-file.js';
import { type GuardedApp, guardedApp } from './guarded-app.fixture.js';

const createdAt = '2026-01-01T00:00:00Z';
let folder: string;
let app: GuardedApp;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keys-'))));
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

/** Starts the app with keys of these limits (null: none of its own) and returns the header of each. */
async function start(limits: readonly (number | null)[], changes: Partial<Settings> = {}) {
  const keys = limits.map((rateLimit, index) => ({ ...createKey(), name: `key ${index}`, rateLimit }));
  const entries = keys.map(({ id, name, text, rateLimit }): KeyEntry => ({
    id,
    name,
    sha256: hashKey(text),
    createdAt,
    ...(rateLimit !== null && { rateLimit }),
  }));
  const apiKeysFile = join(folder, 'api-keys.json');
  writeFileSync(apiKeysFile, printKeysFile(entries));
  app = await guardedApp({ apiKeysFile, ...changes });
  return keys.map(({ text }) => ({ 'X-API-Key': text }));
}

describe('RateLimitGuard', () => {
  it('tells every caller where it stands, in the exact form of the draft', async () => {
    const [key] = await start([null]);
    const { status, headers } = await app.call(key);
    expect(status).toBe(200);
    expect(headers.get('RateLimit-Policy')).toBe('"default";q=600;w=60');
    expect(headers.get('RateLimit')).toBe('"default";r=599;t=60');
    expect(headers.get('Retry-After')).toBeNull();
  });

  it('refuses the request after the last of the quota, and says when to come back', async () => {
    const [key] = await start([2]);
    await app.call(key);
    expect((await app.call(key)).headers.get('RateLimit')).toMatch(/^"default";r=0;t=\d+$/);
    const { status, headers, body } = await app.call(key);
    expect(status).toBe(429);
    expect(body.code).toBe('RATE_LIMITED');
    expect(headers.get('RateLimit-Policy')).toBe('"default";q=2;w=60');
    expect(headers.get('RateLimit')).toMatch(/^"default";r=0;t=(59|60)$/);
    expect(headers.get('Retry-After')).toMatch(/^(59|60)$/);
  });

  it('counts each key for itself, by its own limit or the common one', async () => {
    const [own, common] = await start([1, null], { rateLimit: 2 });
    expect((await app.call(own)).status).toBe(200);
    expect((await app.call(own)).status).toBe(429);
    expect((await app.call(common)).status).toBe(200);
    expect((await app.call(common)).status).toBe(200);
    expect((await app.call(common)).status).toBe(429);
  });

  it('refuses before a byte of the body is read', async () => {
    const [key] = await start([1], { bodyTimeoutMs: 1 });
    expect(await app.callWithoutEnd(key)).toBe(408);
    expect(await app.callWithoutEnd(key)).toBe(429);
  });

  it('leaves public routes out', async () => {
    await start([], { auth: false, rateLimit: 1 });
    const first = await app.call({}, '/open');
    expect(first.headers.get('RateLimit')).toBeNull();
    expect((await app.call({}, '/open')).status).toBe(200);
    expect((await app.call()).status).toBe(200);
  });

  it('counts by address when AUTH is off, an IPv6 subscriber as one', async () => {
    await start([], { auth: false, rateLimit: 1 });
    expect((await app.call({}, '/work', '192.0.2.1')).status).toBe(200);
    expect((await app.call({}, '/work', '192.0.2.1')).status).toBe(429);
    expect((await app.call({}, '/work', '192.0.2.2')).status).toBe(200);
    expect((await app.call({}, '/work', '2001:db8:1:2::1')).status).toBe(200);
    expect((await app.call({}, '/work', '2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await app.call({}, '/work', '2001:db8:1:3::1')).status).toBe(200);
  });
});
