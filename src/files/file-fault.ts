/** Why a file may not be read. `message` is a predicate of it: `is not a regular file`. */
export class FileFault extends Error {
  constructor(
    readonly kind: 'outside' | 'irregular' | 'too large' | 'unreadable',
    message: string,
    /** Its size, or the system's code. */
    readonly found: number | string = '',
  ) {
    super(message);
    this.name = 'FileFault';
  }
}
