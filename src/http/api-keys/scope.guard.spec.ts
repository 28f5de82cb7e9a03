import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, hashKey } from '../../access/keys/api-key.js';
import { printKeysFile } from '../../access/keys/keys-file.js';
import { DEFAULT_SCOPES, SCOPES, type Scope } from '../../access/keys/scopes.js';
import { type GuardedApp, guardedApp } from '../rate-limit/guarded-app.fixture.js';

describe('a route that names no scope', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const apiKeysFile = join(folder, 'api-keys.json');
  const key = createKey();
  let app: GuardedApp;
  afterEach(() => app.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const call = async (scopes?: readonly Scope[]) => {
    const entry = { id: key.id, name: 'one', sha256: hashKey(key.text), createdAt: '2026-01-01T00:00:00Z' };
    writeFileSync(apiKeysFile, printKeysFile([{ ...entry, ...(scopes && { scopes }) }]));
    app = await guardedApp({ apiKeysFile });
    return app.call({ 'X-API-Key': key.text }, '/forgotten');
  };

  it.each([
    ['names none', undefined],
    ['has all that keys have which name none', DEFAULT_SCOPES],
    ['has all but admin', SCOPES.filter((scope) => scope !== 'admin')],
  ])('is closed to a key that %s', async (_, scopes) => {
    expect(await call(scopes)).toMatchObject({
      status: 403,
      body: { code: 'KEY_FORBIDDEN', detail: expect.stringContaining('the scope admin') },
    });
  });

  it('is open to a key that has admin', async () => {
    expect(await call(['admin'])).toMatchObject({ status: 200 });
  });
});
