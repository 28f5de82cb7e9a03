import { hash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Priority } from '../../turns/call.js';
import type { Scope } from './scopes.js';

/** Who is calling, as far as the rest of the server needs to know. */
export interface ApiKey {
  /** Not secret; what logs, metrics and limits name the key by. */
  readonly id: string;
  readonly name: string;
  /** The models it may use; null is every one. */
  readonly models: readonly string[] | null;
  /** What it may be used for. */
  readonly scopes: readonly Scope[];
  /** Requests per minute of its own; null takes the server's `RATE_LIMIT`. */
  readonly rateLimit: number | null;
  /** Whose requests go first where some wait. */
  readonly priority: Priority;
  readonly expiresAt: Date | null;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43; // 62 ** 43 > 2 ** 256
const CHECKSUM_LENGTH = 6; // 62 ** 6 > 2 ** 32
const FORM = new RegExp(`^tn_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/** A key, or what was cut from one or stuck to it, within other text: its id, and whatever of its secret. */
export const KEY_WITHIN = new RegExp(`tn_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]+`, 'g');

/** What an id looks like, in a key and in the keys file. */
export const ID_FORM = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH}}$`);
const KEY_LENGTH = 'tn_'.length + ID_LENGTH + '_'.length + SECRET_LENGTH + CHECKSUM_LENGTH;

/**
 * A new key: `tn_<id>_<secret><checksum>`, 63 characters. The prefix and the checksum (CRC-32 of all before it)
 * let a scanner tell a leaked key from any other text without asking the server; the secret is 256 random bits.
 */
export function createKey(): { readonly id: string; readonly text: string } {
  const id = Array.from({ length: ID_LENGTH }, () => DIGITS[randomInt(DIGITS.length)]).join('');
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
  const body = `tn_${id}_${secret}`;
  return { id, text: body + checksum(body) };
}

/**
 * The id of a well-formed key, undefined for anything else. Touches no secret, and looks at no more than 63
 * characters, so it may be asked about whatever a stranger sends.
 */
export function parseKey(text: string): { readonly id: string } | undefined {
  if (text.length !== KEY_LENGTH) return undefined;
  const id = FORM.exec(text)?.[1];
  const end = KEY_LENGTH - CHECKSUM_LENGTH;
  return id !== undefined && checksum(text.slice(0, end)) === text.slice(end) ? { id } : undefined;
}

/** What is stored of a key: SHA-256 of its whole text, in hex. A slow hash would add nothing to 256 random bits. */
export function hashKey(text: string): string {
  return hash('sha256', text, 'hex');
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = DIGITS[Number(rest % 62n)] + digits;
  return digits;
}
