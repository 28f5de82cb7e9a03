import {
  ConfigError,
  fields,
  integer,
  list,
  oneOf,
  type Reader,
  show,
  text,
  unexpected,
} from '../../config/expect.js';

export const PROTOCOLS = ['tf-serving', 'open-inference'] as const;

/** The section `upstream:` of a `model.yaml`: where another server holds the model, and how it is asked. */
export interface UpstreamConfig {
  /** The servers that hold it, each as a base URL without a slash at its end; requests go to them in turn. */
  readonly urls: readonly string[];
  readonly protocol: (typeof PROTOCOLS)[number];
  /** The model's name there; `undefined`: the one it has here. */
  readonly model: string | undefined;
  /** The version there; `undefined`: the one that the server chooses. */
  readonly version: string | undefined;
  /** TensorFlow Serving only: the label of the version, instead of its number. */
  readonly label: string | undefined;
  /** How tensors travel by the Open Inference Protocol: `auto` is `binary` where the server announces that it takes it. */
  readonly tensors: 'auto' | 'binary' | 'json';
  /** Longest time for one answer, from the call until its last byte, in ms. */
  readonly timeoutMs: number;
  /** Longest time until a connection stands, in ms. */
  readonly connectTimeoutMs: number;
  /** Most runs of a signature at once. */
  readonly concurrency: number;
  /** Sent with every request. Their values are secrets: they are neither logged nor shown. */
  readonly headers: Readonly<Record<string, string>>;
}

const readFields = fields<UpstreamConfig>({
  urls: readUrls,
  protocol: oneOf(...PROTOCOLS),
  model: text(),
  version: readVersion,
  label: text(),
  tensors: oneOf('auto', 'binary', 'json'),
  timeoutMs: integer(1, 3_600_000),
  connectTimeoutMs: integer(1, 600_000),
  concurrency: integer(1, 1024),
  headers: readHeaders,
});

/** @throws ConfigError */
export const readUpstream: Reader<UpstreamConfig> = (value, name) => {
  const written = readFields(value, name);
  const { urls, protocol, version, label, tensors } = written;
  if (!urls) throw unexpected('a list of URLs', `${name}.urls`, urls);
  if (!protocol) throw unexpected(`one of ${PROTOCOLS.join(', ')}`, `${name}.protocol`, protocol);
  const only = (key: string, other: string): ConfigError =>
    new ConfigError(`Expected no ${name}.${key} where ${name}.protocol is ${other}.`);
  if (protocol === 'open-inference' && label !== undefined) throw only('label', protocol);
  if (protocol === 'tf-serving' && tensors !== undefined) throw only('tensors', protocol);
  if (protocol === 'tf-serving' && version !== undefined && !/^\d+$/.test(version))
    throw unexpected('a whole number', `${name}.version`, version);
  if (version !== undefined && label !== undefined)
    throw new ConfigError(`Expected only one of ${name}.version and ${name}.label but received both.`);
  return { ...DEFAULTS, ...written, urls, protocol };
};

const DEFAULTS = {
  model: undefined,
  version: undefined,
  label: undefined,
  tensors: 'auto',
  timeoutMs: 30_000,
  connectTimeoutMs: 2_000,
  concurrency: 8,
  headers: {},
} as const;

/** One URL, or a list of them. */
function readUrls(value: unknown, name: string): readonly string[] {
  const urls = typeof value === 'string' ? [readUrl(value, name)] : list(readUrl)(value, name);
  if (urls.length === 0) throw unexpected('at least one URL', name, value);
  return urls;
}

function readUrl(value: unknown, name: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url && (url.username !== '' || url.password !== '')) {
    // The sentence must not repeat the password.
    throw new ConfigError(
      `Expected a URL without a user and a password for ${name}: headers.authorization is their place.`,
    );
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw unexpected('an http or https URL without ? and #', name, value);
  return url.href.replace(/\/+$/, '');
}

/** A number in YAML, or a text: the Open Inference Protocol has any. */
function readVersion(value: unknown, name: string): string {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return String(value);
  if (typeof value === 'string' && /^[\w.-]+$/.test(value)) return value;
  throw unexpected('a version, such as 3', name, value);
}

/** Those that HTTP or a protocol decides. */
const OWN_HEADERS =
  /^(content-.*|transfer-encoding|accept.*|connection|keep-alive|upgrade|te|trailer|expect|host|inference-header-.*)$/;

function readHeaders(value: unknown, name: string): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`Expected names and values of headers for ${name}.`);
  const headers: Record<string, string> = {};
  for (const [key, content] of Object.entries(value as Record<string, unknown>)) {
    const header = key.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header) || OWN_HEADERS.test(header))
      throw new ConfigError(
        `Expected the name of a header that may be added for ${name} but received ${show(key)}.`,
      );
    if (typeof content !== 'string' || !/^[\x20-\x7e]+$/.test(content))
      throw new ConfigError(`Expected a text of ASCII's visible characters for ${name}.${key}.`);
    headers[header] = content;
  }
  return headers;
}
