/** `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 writes them, for one policy. */
export interface Policy {
  /** A name of ours: letters and dashes, nothing to escape. */
  readonly name: string;
  /** Requests per window. */
  readonly quota: number;
  /** Length of a window, in seconds. */
  readonly window: number;
}

/** `"default";q=600;w=60` */
export function policyHeader({ name, quota, window }: Policy): string {
  return `"${name}";q=${quota};w=${window}`;
}

/** `"default";r=599;t=60`: how many requests remain, and after how many seconds the whole quota is there again. */
export function limitHeader(name: string, remaining: number, seconds: number): string {
  return `"${name}";r=${remaining};t=${seconds}`;
}
