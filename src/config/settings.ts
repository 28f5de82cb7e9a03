import { isIP } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { READABLE_FORMATS, type ReadableFormat } from '../images/formats.js';
import { ConfigError, integer, oneOf, type Reader, text, unexpected } from './expect.js';

/** One setting: where it comes from, what it is when absent, what it means. The table below is all there is. */
interface Setting<T> {
  readonly env: string;
  readonly default: T;
  /** How the documentation shows a default that differs from machine to machine. */
  readonly defaultShown?: string;
  readonly read: Reader<T>;
  readonly unit?: string;
  readonly help: string;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

const onOff: Reader<boolean> = (value, name) => oneOf('on', 'off')(value, name) === 'on';
const directory: Reader<string> = (value, name) => resolve(text()(value, name));
const commaList: Reader<readonly string[]> = (value, name) =>
  text()(value, name)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Names of formats, capitals aside. */
const formats: Reader<readonly ReadableFormat[]> = (value, name) => {
  const named = commaList(value, name).map((entry) =>
    READABLE_FORMATS.find((format) => format.toLowerCase() === entry.toLowerCase()),
  );
  const known = READABLE_FORMATS.filter((format) => named.includes(format));
  if (known.length === 0 || named.includes(undefined)) {
    throw unexpected(`some of ${READABLE_FORMATS.join(', ')}, separated by commas,`, name, value);
  }
  return known;
};

/** Express's `trust proxy`: `off`, the number of proxies in front, or their addresses. Never simply "on". */
const proxies: Reader<false | number | string> = (value, name) => {
  const given = text()(value, name);
  if (given === 'off') return false;
  if (/^\d+$/.test(given)) return integer(1, 16)(given, name);
  if (given.split(',').every((entry) => isAddresses(entry.trim()))) return given;
  throw unexpected('off, a number of proxies or a list of their addresses', name, value);
};

/** An address, a subnet such as `10.0.0.0/8`, or one of Express's names for some. */
function isAddresses(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', bits, more] = entry.split('/');
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (longest === 0 || more !== undefined) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest);
}

/** As `npm run tensorflow` chooses it. A user without a home has the system's folder for temporary files. */
function defaultCacheDir(): string {
  const base = process.env.XDG_CACHE_HOME;
  if (base !== undefined && isAbsolute(base)) return join(base, 'tensornest');
  try {
    return join(homedir(), '.cache/tensornest');
  } catch {
    return join(tmpdir(), 'tensornest');
  }
}

export const SETTINGS = {
  host: setting({
    env: 'HOST',
    default: '127.0.0.1',
    read: text(),
    help: 'address to listen on; 0.0.0.0 for every one',
  }),
  port: setting({
    env: 'PORT',
    default: 3000,
    read: integer(0, 65_535),
    help: 'port to listen on; 0 takes a free one',
  }),
  modelsDir: setting({
    env: 'MODELS_DIR',
    default: resolve('models'),
    read: directory,
    help: 'folder of models: <name>/<version>/ with a SavedModel or a Keras file',
  }),
  modelConfigFile: setting({
    env: 'MODEL_CONFIG_FILE',
    default: '',
    defaultShown: 'none',
    read: directory,
    help: "TensorFlow Serving's models.config, in place of MODELS_DIR; re-read when it changes",
  }),
  modelName: setting({
    env: 'MODEL_NAME',
    default: 'default',
    read: text(),
    help: 'name of the model in MODEL_BASE_PATH',
  }),
  modelBasePath: setting({
    env: 'MODEL_BASE_PATH',
    default: '',
    defaultShown: 'none',
    read: directory,
    help: 'folder of the versions of one model, or with a folder MODEL_NAME of them, in place of MODELS_DIR',
  }),
  modelsPollMs: setting({
    env: 'MODELS_POLL_MS',
    default: 1000,
    read: integer(0, 86_400_000),
    unit: 'ms',
    help: 'how often the models are looked at for changes; 0 for at the start alone',
  }),
  keepAlive: setting({
    env: 'KEEP_ALIVE',
    default: 0,
    read: integer(0, 31_536_000),
    unit: 's',
    help: 'for how long a version without requests stays loaded, where model.yaml does not say; 0 for ever',
  }),
  labelsDir: setting({
    env: 'LABELS_DIR',
    default: resolve('labels'),
    read: directory,
    help: 'folder of label files: <name>.json',
  }),
  tensornestCacheDir: setting({
    env: 'TENSORNEST_CACHE_DIR',
    default: defaultCacheDir(),
    defaultShown: '`tensornest` in `XDG_CACHE_HOME`, else `~/.cache/tensornest`',
    read: directory,
    help: 'where rewritten models are kept, and TensorFlow; servers may share it',
  }),
  defaultModel: setting({
    env: 'DEFAULT_MODEL',
    default: 'shapes',
    read: text(),
    help: 'model of POST /predict; when it is absent and only one model is served, that one',
  }),
  engine: setting({
    env: 'ENGINE',
    default: 'auto' as const,
    read: oneOf('auto', 'tensorflow', 'wasm', 'fake'),
    help: 'what runs the models: tensorflow, wasm, or auto for TensorFlow where it is installed and WebAssembly elsewhere; fake is for tests',
  }),
  engineTrial: setting({
    env: 'ENGINE_TRIAL',
    default: true,
    read: onOff,
    help: 'whether a version that comes while the server runs is first loaded and run in a process of its own, which then ends: if it crashes there, nobody is harmed',
  }),
  auth: setting({ env: 'AUTH', default: true, read: onOff, help: 'off lets everybody in' }),
  apiKeysFile: setting({
    env: 'API_KEYS_FILE',
    default: resolve('api-keys.json'),
    read: directory,
    help: 'hashed API keys, made by `npm run keys`; re-read when it changes',
  }),
  rateLimit: setting({
    env: 'RATE_LIMIT',
    default: 600,
    read: integer(1, 1_000_000),
    unit: 'requests per minute and key',
    help: 'how often one key may call',
  }),
  failedKeyLimit: setting({
    env: 'FAILED_KEY_LIMIT',
    default: 30,
    read: integer(1, 1_000_000),
    unit: 'requests per minute and address',
    help: 'how often one address may call without a valid key before it is told to wait',
  }),
  corsOrigins: setting({
    env: 'CORS_ORIGINS',
    default: [] as readonly string[],
    read: commaList,
    help: 'origins whose pages may call, separated by commas; * for every one',
  }),
  trustProxy: setting({
    env: 'TRUST_PROXY',
    default: false as false | number | string,
    read: proxies,
    help: 'off, how many proxies are in front, or their addresses: whose X-Forwarded-For is believed',
  }),
  docs: setting({
    env: 'DOCS',
    default: 'auto' as const,
    read: oneOf('auto', 'on', 'key', 'off'),
    help: 'who sees /docs and /openapi.json: on for everybody, key for who holds an API key, off for nobody, auto for on, but off where NODE_ENV is production',
  }),
  maxConnections: setting({
    env: 'MAX_CONNECTIONS',
    default: 1024,
    read: integer(1, 1_000_000),
    unit: 'connections',
    help: 'most connections that are open at once, shared out to the HTTP workers; no more are taken',
  }),
  maxConnectionsPerAddress: setting({
    env: 'MAX_CONNECTIONS_PER_ADDRESS',
    default: 0,
    defaultShown: 'half of `MAX_CONNECTIONS`; behind proxies (`TRUST_PROXY`) all',
    read: integer(0, 1_000_000),
    unit: 'connections',
    help: 'most of them from one address; more are answered 429',
  }),
  maxConcurrentRequests: setting({
    env: 'MAX_CONCURRENT_REQUESTS',
    default: 512,
    read: integer(1, 1_000_000),
    unit: 'requests',
    help: 'most requests in flight of one key or, without keys, one address, shared out to the HTTP workers; more are answered 429',
  }),
  headerTimeoutMs: setting({
    env: 'HEADER_TIMEOUT_MS',
    default: 10_000,
    read: integer(100, 600_000),
    unit: 'ms',
    help: 'how long a client may take to send the head of a request',
  }),
  maxBodyBytes: setting({
    env: 'MAX_BODY_BYTES',
    default: 64 * 2 ** 20,
    read: integer(1024, 2 ** 30),
    unit: 'bytes',
    help: 'largest body of a request, after decompression',
  }),
  imageFormats: setting({
    env: 'IMAGE_FORMATS',
    default: ['JPEG', 'PNG', 'WebP', 'GIF', 'BMP'] as readonly ReadableFormat[],
    defaultShown: 'JPEG, PNG, WebP, GIF, BMP',
    read: formats,
    help: 'formats of pictures that are accepted, separated by commas, of JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF; the decoders of the others stay shut',
  }),
  maxInflation: setting({
    env: 'MAX_INFLATION',
    default: 100,
    read: integer(1, 10_000),
    unit: 'bytes for each that was sent',
    help: 'how much a compressed body may grow, beyond the first MiB',
  }),
  maxInflightBytes: setting({
    env: 'MAX_INFLIGHT_BYTES',
    default: 256 * 2 ** 20,
    read: integer(2 ** 20, 2 ** 40),
    unit: 'bytes',
    help: 'most bytes of the bodies of all requests in flight, shared out to the HTTP workers; who finds no room waits, 5 s at most, before the body is read',
  }),
  maxInflightBytesPerKey: setting({
    env: 'MAX_INFLIGHT_BYTES_PER_KEY',
    default: 0,
    defaultShown: 'half of `MAX_INFLIGHT_BYTES`',
    read: integer(0, 2 ** 40),
    unit: 'bytes',
    help: 'most of them that one key may have or, without keys, one address',
  }),
  maxJsonNumbers: setting({
    env: 'MAX_JSON_NUMBERS',
    default: 2 ** 22,
    read: integer(2 ** 16, 2 ** 28),
    unit: 'numbers',
    help: 'most numbers in one JSON body',
  }),
  maxJsonValues: setting({
    env: 'MAX_JSON_VALUES',
    default: 2 ** 16,
    read: integer(2 ** 16, 2 ** 24),
    unit: 'values',
    help: 'most texts, objects and other values in one JSON body that are not numbers in lists of one shape',
  }),
  maxImageBytes: setting({
    env: 'MAX_IMAGE_BYTES',
    default: 16 * 2 ** 20,
    read: integer(1024, 2 ** 30),
    unit: 'bytes',
    help: 'largest encoded picture',
  }),
  maxImagePixels: setting({
    env: 'MAX_IMAGE_PIXELS',
    default: 50_000_000,
    read: integer(1, 2 ** 31),
    unit: 'pixels',
    help: 'largest picture, width times height, checked before decoding',
  }),
  maxImageSide: setting({
    env: 'MAX_IMAGE_SIDE',
    default: 16_384,
    read: integer(1, 2 ** 31),
    unit: 'pixels',
    help: 'longest side of a picture, checked before decoding',
  }),
  maxDecodeBytes: setting({
    env: 'MAX_DECODE_BYTES',
    default: 640 * 2 ** 20,
    read: integer(2 ** 20, 2 ** 40),
    unit: 'bytes',
    help: 'most memory that the large pictures which one HTTP worker decodes may take together, by what their headers say; one that would take more alone is refused',
  }),
  decodeTimeoutMs: setting({
    env: 'DECODE_TIMEOUT_MS',
    default: 10_000,
    read: integer(10, 3_600_000),
    unit: 'ms',
    help: 'how long one picture may be decoded before its thread or process is replaced and it is refused',
  }),
  maxImages: setting({
    env: 'MAX_IMAGES',
    default: 32,
    read: integer(1, 1024),
    unit: 'pictures',
    help: 'most pictures in one request',
  }),
  bodyTimeoutMs: setting({
    env: 'BODY_TIMEOUT_MS',
    default: 30_000,
    read: integer(100, 3_600_000),
    unit: 'ms',
    help: 'how long a client may take to send its body',
  }),
  requestTimeoutMs: setting({
    env: 'REQUEST_TIMEOUT_MS',
    default: 30_000,
    read: integer(10, 3_600_000),
    unit: 'ms',
    help: 'how long a prediction may take once its body is there',
  }),
  engineTimeoutMs: setting({
    env: 'ENGINE_TIMEOUT_MS',
    default: 60_000,
    read: integer(100, 3_600_000),
    unit: 'ms',
    help: 'how long the engine may take over one batch before its process is replaced',
  }),
  engineNetwork: setting({
    env: 'ENGINE_NETWORK',
    default: 'auto' as const,
    read: oneOf('auto', 'on', 'off'),
    help: 'whether engine processes can reach the network, which they need not: off for no, on for yes, auto for no where the system lets that be done (`unshare`)',
  }),
  engineMemoryBytes: setting({
    env: 'ENGINE_MEMORY_BYTES',
    default: 0,
    defaultShown: '85 % of the memory of the machine or the container, shared out to the engine processes',
    read: integer(0, 2 ** 50),
    unit: 'bytes',
    help: 'how much memory one engine process may take before it is replaced; files that it has mapped do not count',
  }),
  poisonTtlMs: setting({
    env: 'POISON_TTL_MS',
    default: 600_000,
    read: integer(1000, 86_400_000),
    unit: 'ms',
    help: "how long an input that ended the engine's process is refused",
  }),
  crashLimit: setting({
    env: 'CRASH_LIMIT',
    default: 3,
    read: integer(1, 1000),
    unit: 'inputs of one key and model within POISON_TTL_MS',
    help: "how many inputs may end the engine's process before the key is held back from the model for that time",
  }),
  loadTimeoutMs: setting({
    env: 'LOAD_TIMEOUT_MS',
    default: 600_000,
    read: integer(1000, 3_600_000),
    unit: 'ms',
    help: 'how long the engine may take to load one model',
  }),
  maxQueue: setting({
    env: 'MAX_QUEUE',
    default: 256,
    read: integer(1, 100_000),
    unit: 'pictures',
    help: 'most pictures of one model that wait or are worked on in one HTTP worker; more are refused with 503',
  }),
  maxQueueBytes: setting({
    env: 'MAX_QUEUE_BYTES',
    default: 512 * 2 ** 20,
    read: integer(2 ** 20, 2 ** 40),
    unit: 'bytes',
    help: 'most bytes of requests of one model that wait or are worked on in one HTTP worker; more are refused with 503',
  }),
  decodeConcurrency: setting({
    env: 'DECODE_CONCURRENCY',
    default: 0,
    defaultShown: 'the number of cores, shared out to the HTTP workers',
    read: integer(0, 1024),
    unit: 'pictures',
    help: 'how many pictures one HTTP worker decodes at once, each on a thread of its own',
  }),
  engineThreads: setting({
    env: 'ENGINE_THREADS',
    default: 0,
    defaultShown: 'the number of cores',
    read: integer(0, 1024),
    unit: 'threads',
    help: 'how many threads TensorFlow shares one operation out to; the batches that run at once in one engine process share them',
  }),
  engineStreams: setting({
    env: 'ENGINE_STREAMS',
    default: 0,
    defaultShown: '2, or the number of cores by `ENGINE_THREADS` where that is more; on a GPU 2',
    read: integer(0, 64),
    unit: 'batches',
    help: 'how many batches one engine process runs at once',
  }),
  engineHosts: setting({
    env: 'ENGINE_HOSTS',
    default: 0,
    defaultShown: 'one for each GPU, or one',
    read: integer(0, 64),
    unit: 'processes',
    help: 'how many engine processes hold every model and share the batches; on a machine with GPUs each has one of them',
  }),
  httpWorkers: setting({
    env: 'HTTP_WORKERS',
    default: 1,
    read: integer(1, 256),
    unit: 'processes',
    help: 'how many processes answer HTTP and decode pictures; their batches are formed together',
  }),
  drainDelayMs: setting({
    env: 'DRAIN_DELAY_MS',
    default: 0,
    read: integer(0, 600_000),
    unit: 'ms',
    help: 'how long, after SIGTERM, connections are still taken while /health/ready already says no; those kept open then end without losing a request',
  }),
  shutdownTimeoutMs: setting({
    env: 'SHUTDOWN_TIMEOUT_MS',
    default: 10_000,
    read: integer(0, 600_000),
    unit: 'ms',
    help: 'how long requests in flight may take after SIGTERM',
  }),
  logLevel: setting({
    env: 'LOG_LEVEL',
    default: 'info' as const,
    read: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    help: 'debug, info, warn, error or silent',
  }),
  logFormat: setting({
    env: 'LOG_FORMAT',
    default: 'auto' as const,
    read: oneOf('auto', 'json', 'pretty'),
    help: 'json, pretty, or auto: pretty on a terminal',
  }),
} as const;

type Read<S> = S extends { read: Reader<infer T> } ? T : never;
/** Every setting, filled and read-only. */
export type Settings = { readonly [K in keyof typeof SETTINGS]: Read<(typeof SETTINGS)[K]> };

/**
 * The settings of this run from environment variables; an empty variable counts as absent.
 * @throws ConfigError naming every wrong variable, one sentence a line.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const faults: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, { env: variable, default: fallback, read }]) => {
    const given = env[variable];
    if (given === undefined || given === '') return [name, fallback];
    try {
      return [name, (read as Reader<unknown>)(given, variable)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(error.message);
      return [name, fallback];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return Object.freeze(Object.fromEntries(entries)) as Settings;
}
