/**
 * An expected failure of the installation: something is missing, too old, too small or unreachable.
 * Its message is the one sentence the user reads: it names the thing and says the remedy.
 * Everything else that is thrown is a bug and keeps its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

const DISK: Readonly<Record<string, string>> = {
  EACCES: 'it belongs to another user, so run this as the one who ran npm ci',
  EPERM: 'it belongs to another user, so run this as the one who ran npm ci',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
};

/** A disk's refusal is an expected failure wherever it comes from; undefined for what is none. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const { code, path: source, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const path = dest ?? source; // A link, a copy and a new name are written at their other end.
  const reason = DISK[code ?? ''];
  return reason === undefined || path === undefined
    ? undefined
    : new Problem(`${path} cannot be written (${code}): ${reason}.`);
}
