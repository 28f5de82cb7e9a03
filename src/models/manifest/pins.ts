import { ConfigError, type Reader, unexpected } from '../../config/expect.js';
import { manifestOf } from './manifest.js';

/** The hash that each version's files must have, by its number as a text. */
export type Pins = Readonly<Record<string, string>>;

const HASH = /^[0-9a-f]{64}$/i;

export const readPins: Reader<Pins> = (value, name) => {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap) throw unexpected('hashes by version, as npm run manifest writes them,', name, value);
  for (const [version, hash] of Object.entries(value)) {
    if (!/^\d{1,19}$/.test(version)) throw unexpected('the number of a version as a key', name, version);
    // YAML takes digits without quotes for a number.
    if (typeof hash !== 'string' || !HASH.test(hash))
      throw unexpected('a SHA-256 in 64 hex digits, in quotes,', `${name}.${version}`, hash);
  }
  return value as Pins;
};

/**
 * Holds a version's files against what `model.yaml` says they are. A version that it does not name is refused too: it may be anybody's.
 * @throws ConfigError
 */
export async function assertPinned(
  pins: Pins | undefined,
  { name, version, directory, root }: PinnedVersion,
): Promise<void> {
  if (pins === undefined) return;
  const remedy = `If that is meant, npm run manifest -- ${name} prints what belongs into model.yaml.`;
  const wanted = pins[version];
  if (wanted === undefined)
    throw new ConfigError(`sha256 in model.yaml has no hash of version ${version} of ${name}. ${remedy}`);
  const { sha256 } = await manifestOf(directory, root);
  if (sha256 !== wanted.toLowerCase())
    throw new ConfigError(
      `The files of version ${version} of ${name} are not those that sha256 in model.yaml is of: expected ` +
        `${wanted} but received ${sha256}. ${remedy}`,
    );
}

interface PinnedVersion {
  readonly name: string;
  readonly version: number;
  readonly directory: string;
  readonly root: string;
}
