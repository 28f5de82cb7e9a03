import { HTTP_STATUS, StatusError } from '../status.js';

/** What the conformance cases expect of something that is written. */
export interface WrittenCase {
  readonly id: string;
  readonly description: string;
  readonly expect:
    | { readonly ok: true; readonly body: string }
    | {
        readonly ok: false;
        readonly code: string;
        readonly http: number;
        readonly message_contains: readonly string[];
      };
  /** `tokens`: numbers must be spelled the same; `json`: be the same. */
  readonly compare?: 'json' | 'tokens';
}

/** What was written, or why not, beside what the case expects: of each as much as is to be the same. */
export function compared(
  { expect: told, compare }: WrittenCase,
  write: () => string,
): { found: unknown; wanted: unknown } {
  const read = (body: string): unknown =>
    compare === 'tokens' ? body.replace(/\s/g, '') : (JSON.parse(body) as unknown);
  const fragments = told.ok ? [] : told.message_contains;
  const wanted = told.ok
    ? { body: read(told.body) }
    : { code: told.code, http: told.http, missing: [] as readonly string[] };
  try {
    return { found: { body: read(write()) }, wanted };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { code, message } = error;
    const missing = fragments.filter((fragment) => !message.includes(fragment));
    return { found: { code, http: HTTP_STATUS[code], missing }, wanted };
  }
}

/** The error with which something is not written. */
export function failure(write: () => unknown): StatusError {
  try {
    write();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('It was written.');
}
