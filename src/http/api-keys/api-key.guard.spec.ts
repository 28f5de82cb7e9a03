import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { type GuardedApp, guardedApp } from '../rate-limit/guarded-app.fixture.js';
import { createKey, hashKey } from '../../access/keys/api-key.js';
import { type KeyEntry, printKeysFile } from '../../access/keys/keys-file.js';

const good = createKey();
const old = createKey();
const entries: readonly KeyEntry[] = [
  { id: good.id, name: 'good', sha256: hashKey(good.text), createdAt: '2026-01-01T00:00:00Z' },
  {
    id: old.id,
    name: 'old',
    sha256: hashKey(old.text),
    createdAt: '2020-01-01T00:00:00Z',
    expiresAt: '2020-02-01T00:00:00Z',
  },
];

const timeOfDay = Date.now;
let folder: string;
let apiKeysFile: string;
let app: GuardedApp;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  apiKeysFile = join(folder, 'api-keys.json');
  writeFileSync(apiKeysFile, printKeysFile(entries));
});
afterEach(async () => {
  Date.now = timeOfDay;
  await app.close();
  rmSync(folder, { recursive: true });
});

const start = async (changes: Partial<Settings> = {}) =>
  (app = await guardedApp({ apiKeysFile, ...changes }));
/** The server sees a change of the file once a second has gone by. */
const aSecondLater = () => {
  const shift = Date.now() - timeOfDay() + 1000;
  Date.now = () => timeOfDay() + shift;
};

describe('ApiKeyGuard', () => {
  it.each<Record<string, string>>([{ 'X-API-Key': good.text }, { Authorization: `Bearer ${good.text}` }])(
    'lets a known key in and says whose it is: %j',
    async (headers) => {
      await start();
      expect(await app.call(headers)).toMatchObject({ status: 200, body: { caller: 'good' } });
    },
  );

  it.each([
    ['no key', {}, 'KEY_MISSING', /carries no API key/],
    ['an unknown key', { 'X-API-Key': createKey().text }, 'KEY_INVALID', /not known/],
    ['what is no key', { 'X-API-Key': 'hello' }, 'KEY_INVALID', /not known/],
    ['an expired key', { 'X-API-Key': old.text }, 'KEY_INVALID', /expired/],
    [
      'two keys',
      { 'X-API-Key': good.text, Authorization: `Bearer ${old.text}` },
      'KEY_INVALID',
      /two different/,
    ],
  ])('refuses %s', async (_, headers, code, message) => {
    await start();
    const { status, body } = await app.call(headers);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code, detail: expect.stringMatching(message) });
  });

  it('refuses a key in the query string', async () => {
    await start();
    const { status, body } = await app.call({}, `/work?api_key=${good.text}`);
    expect(status).toBe(401);
    expect(body.detail).toMatch(/in the query string is refused/);
  });

  it('refuses before a byte of the body is read', async () => {
    await start({ bodyTimeoutMs: 1, failedKeyLimit: 2 });
    expect(await app.callWithoutEnd()).toBe(401);
    expect(await app.callWithoutEnd({ 'X-API-Key': old.text })).toBe(401);
    expect(await app.callWithoutEnd({ 'X-API-Key': old.text })).toBe(429);
    // Whoever is let in is waited for.
    expect(await app.callWithoutEnd({ 'X-API-Key': good.text })).toBe(408);
  });

  it('lets everyone to a public route', async () => {
    await start();
    expect(await app.call({}, '/open')).toMatchObject({ status: 200, body: { open: true } });
  });

  it('lets everyone in with AUTH=off, as nobody', async () => {
    await start({ auth: false });
    expect(await app.call({ 'X-API-Key': good.text })).toMatchObject({ status: 200, body: { caller: null } });
  });

  it('refuses a key within a second of its being revoked', async () => {
    await start();
    expect((await app.call({ 'X-API-Key': good.text })).status).toBe(200);
    writeFileSync(apiKeysFile, printKeysFile([]));
    aSecondLater();
    expect((await app.call({ 'X-API-Key': good.text })).status).toBe(401);
  });

  it('keeps the keys in force when the file became malformed', async () => {
    await start();
    writeFileSync(apiKeysFile, '{"keys": oops}');
    aSecondLater();
    expect((await app.call({ 'X-API-Key': good.text })).status).toBe(200);
    expect((await app.call({ 'X-API-Key': createKey().text })).status).toBe(401);
  });

  it('does not start with a malformed file', async () => {
    await start(); // for the closing
    writeFileSync(apiKeysFile, '{"keys": oops}');
    await expect(guardedApp({ apiKeysFile })).rejects.toThrow(/^Expected JSON for .*api-keys\.json/);
  });

  it('tells an address that keeps failing to wait, and no other', async () => {
    await start({ failedKeyLimit: 2 });
    const first = await app.call({}, '/work', '192.0.2.1');
    expect(first.headers.get('RateLimit-Policy')).toBe('"failed-keys";q=2;w=60');
    expect(first.headers.get('RateLimit')).toBe('"failed-keys";r=1;t=60');
    expect((await app.call({ 'X-API-Key': 'x' }, '/work', '192.0.2.1')).status).toBe(401);
    const { status, headers, body } = await app.call({ 'X-API-Key': old.text }, '/work', '192.0.2.1');
    expect(status).toBe(429);
    expect(body.code).toBe('RATE_LIMITED');
    expect(headers.get('Retry-After')).toMatch(/^(59|60)$/);
    expect((await app.call({}, '/work', '192.0.2.2')).status).toBe(401);
  });

  it('takes an IPv6 subscriber that keeps failing from changing addresses as one', async () => {
    await start({ failedKeyLimit: 1 });
    expect((await app.call({}, '/work', '2001:db8:1:2::1')).status).toBe(401);
    expect((await app.call({}, '/work', '2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await app.call({}, '/work', '2001:db8:1:3::1')).status).toBe(401);
  });

  it('never refuses a valid key for what others did at its address', async () => {
    await start({ failedKeyLimit: 1 });
    await app.call();
    expect((await app.call()).status).toBe(429);
    const { status, headers } = await app.call({ 'X-API-Key': good.text });
    expect(status).toBe(200);
    expect(headers.get('RateLimit')).toBe('"default";r=599;t=60');
  });
});
