import {
  ConfigError,
  fields,
  finite,
  integer,
  list,
  type Reader,
  text,
  unexpected,
} from '../config/expect.js';
import { VERSION_LABEL } from './names.js';
import { MAX_VERSION } from './source/find-versions.js';
import type { VersionPolicy } from './version-policy.js';

/** The part of `model.yaml` that says who gets which version. A change of it takes effect without loading anything anew. */
export interface ServingConfig {
  /** Which versions are served; the highest by default. */
  readonly versions: VersionPolicy;
  /** Names for versions, such as `stable`. */
  readonly versionLabels: Readonly<Record<string, number>>;
  /** For how many seconds without a request a version stays loaded; 0: for ever. */
  readonly keepAlive: number;
  readonly canary: CanaryConfig;
  readonly shadow: ShadowConfig;
}

/** A version, by its number or by its label. */
export type VersionChoice = { readonly version: number } | { readonly label: string };

/** Sends a share of the requests that name no version to another. */
export interface CanaryConfig {
  readonly to: VersionChoice;
  /** From 0 to 1. */
  readonly share: number;
  /** The header by whose value callers keep to one version; `undefined`: by their API key. */
  readonly header: string | undefined;
}

/** Copies a share of the requests that name no version to another, whose answers are only compared. */
export interface ShadowConfig {
  readonly to: VersionChoice;
  /** From 0 to 1. */
  readonly share: number;
  /** How far a number may be off, as a part of the output's largest, and still count as equal. */
  readonly tolerance: number;
}

const DEFAULT_TOLERANCE = 1e-3;

/** `all`, `{latest: 2}` or `[3, 5]`. */
const readVersions: Reader<VersionPolicy> = (value, name) => {
  if (value === 'all') return { kind: 'all' };
  if (value === 'latest') return { kind: 'latest', count: 1 };
  if (Array.isArray(value)) return { kind: 'specific', versions: list(version())(value, name) };
  if (typeof value !== 'object' || value === null)
    throw unexpected('all, {latest: <how many>} or a list of versions', name, value);
  const { latest = 1 } = fields<{ latest: number }>({ latest: integer(1, 1_000_000) })(value, name);
  return { kind: 'latest', count: latest };
};

const readLabels: Reader<Readonly<Record<string, number>>> = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unexpected('an object such as {stable: 1}', name, value);
  return Object.fromEntries(
    Object.entries(value).map(([label, number]) => {
      if (!VERSION_LABEL.test(label))
        throw unexpected('letters, digits, "_", "." and "-"', `a label of ${name}`, label);
      return [label, version()(number, `${name}.${label}`)];
    }),
  );
};

interface Written {
  readonly version: number;
  readonly label: string;
  readonly share: number;
  readonly header: string;
  readonly tolerance: number;
}

const CHOICE = { version: version(), label: text(), share: share() };

const readCanary: Reader<CanaryConfig> = (value, name) => {
  const written = fields<Omit<Written, 'tolerance'>>({ ...CHOICE, header: headerName() })(value, name);
  return { to: choice(written, name), share: shareOf(written, name), header: written.header?.toLowerCase() };
};

const readShadow: Reader<ShadowConfig> = (value, name) => {
  const written = fields<Omit<Written, 'header'>>({ ...CHOICE, tolerance: share() })(value, name);
  const { tolerance = DEFAULT_TOLERANCE } = written;
  return { to: choice(written, name), share: shareOf(written, name), tolerance };
};

export const SERVING_FIELDS: { readonly [K in keyof ServingConfig]: Reader<ServingConfig[K]> } = {
  versions: readVersions,
  versionLabels: readLabels,
  keepAlive: integer(0, 31_536_000),
  canary: readCanary,
  shadow: readShadow,
};

function version(): Reader<number> {
  return integer(0, MAX_VERSION);
}

function share(): Reader<number> {
  return (value, name) => {
    const number = finite()(value, name);
    if (number < 0 || number > 1) throw unexpected('a number from 0 to 1', name, value);
    return number;
  };
}

function headerName(): Reader<string> {
  return (value, name) => {
    const given = text()(value, name);
    if (!/^[\w-]{1,100}$/.test(given)) throw unexpected('the name of a header', name, value);
    return given;
  };
}

function choice({ version: number, label }: Partial<Written>, name: string): VersionChoice {
  if (number !== undefined && label === undefined) return { version: number };
  if (label !== undefined && number === undefined) return { label };
  throw new ConfigError(
    `Expected either version or label for ${name} but received ${number === undefined ? 'neither' : 'both'}.`,
  );
}

function shareOf({ share: given }: Partial<Written>, name: string): number {
  if (given === undefined) throw unexpected('a number from 0 to 1', `${name}.share`, undefined);
  return given;
}
