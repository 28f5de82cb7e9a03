/** Why a model cannot be tuned, or not as asked: one sentence for whoever asked. */
export class TuneError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TuneError';
  }
}
