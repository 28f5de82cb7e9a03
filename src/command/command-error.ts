/** Why a command cannot do what it was asked: one sentence for whoever asked. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}
