import { isIP } from 'node:net';

/** By what a caller is told from others, to be counted and to take turns: the id of its key or, without one, its address. */
export function callerIdentity({
  apiKey,
  ip,
}: {
  readonly apiKey?: { readonly id: string } | undefined;
  readonly ip?: string | undefined;
}): string {
  return apiKey?.id ?? callerAddress(ip);
}

/**
 * By what a caller without a key is counted: its IPv4 address, or the first 64 bits of its IPv6 address, since a
 * subscriber has them all. What is not an address counts as one caller, so that nobody chooses what is remembered.
 * @param ip as Express sees it through `TRUST_PROXY`.
 */
export function callerAddress(ip: string | undefined): string {
  const bare = ip?.split('%')[0] ?? '';
  const inner = /^::ffff:(?<v4>[\d.]+)$/i.exec(bare)?.groups?.v4 ?? bare;
  switch (isIP(inner)) {
    case 4:
      return inner;
    case 6:
      return `${firstGroups(inner).join(':')}::/64`;
    default:
      return 'unknown';
  }
}

/** The first four of an IPv6 address's eight groups; a URL writes every address in one way only. */
function firstGroups(address: string): readonly string[] {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head, tail] = written.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const before = head ?? [];
  const after = tail ?? [];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4);
}
