/**
 * An expected failure of the installation: something is missing, too old, too small or unreachable.
 * Its message is the one sentence the user reads: it names the thing and says the remedy.
 * Everything else that is thrown is a bug and keeps its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}
