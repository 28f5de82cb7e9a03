import { resolve } from 'node:path';
import { ConfigError } from './expect.js';
import { readSettings, SETTINGS, type Settings } from './settings.js';

const NAMES = Object.keys(SETTINGS) as (keyof Settings)[];
const ONE_NUMBER = /^Expected a whole number from \d+ to \d+ for [A-Z_]+ but received "many"\.$/;

describe('settings', () => {
  it('are all filled where the environment says nothing', () => {
    const settings = readSettings({});
    expect(Object.keys(settings)).toEqual(NAMES);
    for (const name of NAMES) expect(settings[name]).toEqual(SETTINGS[name].default);
  });

  it('are safe where the environment says nothing', () => {
    const { host, auth, trustProxy, corsOrigins } = readSettings({});
    expect({ host, auth, trustProxy, corsOrigins }).toEqual({
      host: '127.0.0.1',
      auth: true,
      trustProxy: false,
      corsOrigins: [],
    });
  });

  it('cannot be changed afterwards', () => {
    const settings = readSettings({}) as { -readonly [K in keyof Settings]: Settings[K] };
    expect(() => {
      settings.auth = false;
    }).toThrow(TypeError);
  });

  it.each(NAMES)('take an empty variable for an absent one: %s', (name) => {
    expect(readSettings({ [SETTINGS[name].env]: '' })).toEqual(readSettings({}));
  });

  it.each(NAMES)('have a variable of their own and a help: %s', (name) => {
    const { env, help } = SETTINGS[name];
    expect(env).toBe(name.replace(/[A-Z]/g, '_$&').toUpperCase());
    expect(help).not.toBe('');
    expect(NAMES.filter((other) => SETTINGS[other].env === env)).toEqual([name]);
  });

  it.each(NAMES.filter((name) => typeof SETTINGS[name].default === 'number'))(
    'say in which unit they count and refuse what is no number: %s',
    (name) => {
      expect(name === 'port' || 'unit' in SETTINGS[name]).toBe(true);
      expect(() => readSettings({ [SETTINGS[name].env]: 'many' })).toThrow(ONE_NUMBER);
    },
  );

  it.each<[string, string, keyof Settings, unknown]>([
    ['HOST', '::', 'host', '::'],
    ['PORT', '0', 'port', 0],
    ['PORT', ' 8080 ', 'port', 8080],
    ['MODELS_DIR', './m/../n', 'modelsDir', resolve('n')],
    ['LABELS_DIR', '/labels/', 'labelsDir', '/labels'],
    ['API_KEYS_FILE', 'keys.json', 'apiKeysFile', resolve('keys.json')],
    ['DEFAULT_MODEL', 'flowers', 'defaultModel', 'flowers'],
    ['ENGINE', 'fake', 'engine', 'fake'],
    ['AUTH', 'off', 'auth', false],
    ['AUTH', 'on', 'auth', true],
    ['DOCS', 'off', 'docs', 'off'],
    ['DOCS', 'key', 'docs', 'key'],
    ['RATE_LIMIT', '1', 'rateLimit', 1],
    ['CORS_ORIGINS', '*', 'corsOrigins', ['*']],
    [
      'CORS_ORIGINS',
      ' https://a.example , ,https://b.example,',
      'corsOrigins',
      ['https://a.example', 'https://b.example'],
    ],
    ['TRUST_PROXY', 'off', 'trustProxy', false],
    ['TRUST_PROXY', '2', 'trustProxy', 2],
    ['TRUST_PROXY', 'loopback', 'trustProxy', 'loopback'],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8,fd00::/8', 'trustProxy', 'loopback, 10.0.0.0/8,fd00::/8'],
    ['TRUST_PROXY', '192.0.2.1', 'trustProxy', '192.0.2.1'],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['LOG_FORMAT', 'json', 'logFormat', 'json'],
    ['DRAIN_DELAY_MS', '0', 'drainDelayMs', 0],
  ])('read %s=%s', (variable, given, name, value) => {
    expect(readSettings({ [variable]: given })).toEqual({ ...readSettings({}), [name]: value });
  });

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '80.5', 'a whole number from 0 to 65535'],
    ['PORT', '0x50', 'a whole number from 0 to 65535'],
    ['AUTH', 'false', 'one of on, off'],
    ['AUTH', 'OFF', 'one of on, off'],
    ['DOCS', '1', 'one of auto, on, key, off'],
    ['ENGINE', 'onnx', 'one of auto, tensorflow, wasm, fake'],
    ['LOG_LEVEL', 'trace', 'one of debug, info, warn, error, silent'],
    ['LOG_FORMAT', 'text', 'one of auto, json, pretty'],
    ['RATE_LIMIT', '0', 'a whole number from 1 to 1000000'],
    ['TRUST_PROXY', '0', 'a whole number from 1 to 16'],
    ['TRUST_PROXY', '17', 'a whole number from 1 to 16'],
    ['MAX_BODY_BYTES', '1023', `a whole number from 1024 to ${2 ** 30}`],
    ['MAX_IMAGE_PIXELS', '99999999999999999999', `a whole number from 1 to ${2 ** 31}`],
  ])('refuse %s=%s in one sentence: %s', (variable, given, expected) => {
    const sentence = `Expected ${expected} for ${variable} but received "${given}".`;
    expect(() => readSettings({ [variable]: given })).toThrow(new ConfigError(sentence));
  });

  it.each([
    'on',
    'true',
    '*',
    ',',
    'dead',
    '10.0.0.999',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '10.0.0.0/8/8',
    'loopback,proxy.example',
    'proxy.example',
  ])('refuse TRUST_PROXY=%s, which names nobody or everybody', (given) => {
    const sentence = `Expected off, a number of proxies or a list of their addresses for TRUST_PROXY but received "${given}".`;
    expect(() => readSettings({ TRUST_PROXY: given })).toThrow(new ConfigError(sentence));
  });

  it('name every wrong variable at once, one sentence a line, in the order of the table', () => {
    const sentences = [
      'Expected a whole number from 0 to 65535 for PORT but received "eighty".',
      'Expected one of on, off for AUTH but received "maybe".',
      'Expected a whole number from 1 to 100000 for MAX_QUEUE but received "0".',
    ];
    const wrong = { MAX_QUEUE: '0', AUTH: 'maybe', PORT: 'eighty', RATE_LIMIT: '5' };
    expect(() => readSettings(wrong)).toThrow(new ConfigError(sentences.join('\n')));
  });

  it('pass over variables that are none of theirs', () => {
    expect(readSettings({ PATH: '/bin', port: '1', NODE_ENV: 'test' })).toEqual(readSettings({}));
  });
});
