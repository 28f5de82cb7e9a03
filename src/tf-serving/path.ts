import { StatusError } from './status.js';

/** Which of a model's versions a path asks for; neither is the one that is served without being asked for. */
export interface Target {
  readonly name: string;
  /** A whole number of 64 bits at most. */
  readonly version?: bigint;
  readonly label?: string;
}

export const VERBS = ['predict', 'classify', 'regress'] as const;
export type Verb = (typeof VERBS)[number];

export type ServingPath =
  | { readonly kind: Verb | 'status' | 'metadata'; readonly target: Target }
  /** All models: TensorFlow Serving has no such route. */
  | { readonly kind: 'models' }
  | { readonly kind: 'malformed' };

// The rules of `tensorflow_serving/model_servers/http_rest_api_handler.cc`: the whole path, in either case.
const VERSION_OR_LABEL = String.raw`(?:/versions/(?<version>\d+)|/labels/(?<label>[^/:]+))?`;
const POST_PATH = new RegExp(
  `^/v1/models/(?<name>[^/:]+)${VERSION_OR_LABEL}:(?<verb>classify|regress|predict)$`,
  'i',
);
const GET_PATH = new RegExp(
  `^/v1/models(?:/(?<name>[^/:]+))?${VERSION_OR_LABEL}(?:/(?<subresource>metadata))?$`,
  'i',
);
const MODELS = /^\/v1\/models$/i;

const LARGEST_VERSION = 2n ** 63n - 1n;

/**
 * Reads a method and a path of `/v1`. The path is matched in either case, but a verb counts only as it is written here, and
 * names are decoded after the match: `a%2Fb` is one.
 * @param path as it came, percent-encoded, without the query
 * @throws StatusError INVALID_ARGUMENT where no model is named, or the version has more than 64 bits
 */
export function parsePath(method: string, path: string): ServingPath {
  if (method === 'POST') {
    const groups = POST_PATH.exec(path)?.groups;
    const verb = VERBS.find((known) => known === groups?.verb);
    if (groups) checkVersion(groups.version);
    return groups && verb ? { kind: verb, target: targetOf(groups) } : { kind: 'malformed' };
  }
  if (method !== 'GET') return { kind: 'malformed' };
  if (MODELS.test(path)) return { kind: 'models' };
  const groups = GET_PATH.exec(path)?.groups;
  if (!groups) return { kind: 'malformed' };
  checkVersion(groups.version);
  return { kind: groups.subresource === 'metadata' ? 'metadata' : 'status', target: targetOf(groups) };
}

function checkVersion(version: string | undefined): void {
  if (version !== undefined && BigInt(version) > LARGEST_VERSION) {
    throw new StatusError('INVALID_ARGUMENT', `Failed to convert version: ${version} to numeric.`);
  }
}

function targetOf({ name, version, label }: Readonly<Record<string, string | undefined>>): Target {
  if (name === undefined) throw new StatusError('INVALID_ARGUMENT', 'Missing model name in request.');
  return {
    name: decodePercent(name),
    ...(version !== undefined && { version: BigInt(version) }),
    ...(label !== undefined && { label: decodePercent(label) }),
  };
}

/** What is no escape stands for itself, so that no path is refused for its escapes. */
function decodePercent(text: string): string {
  const escapes = /(?:%[0-9a-f]{2})+/gi;
  return text.replace(escapes, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}
