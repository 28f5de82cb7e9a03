/** A SavedModel that cannot be read. The message is one sentence that names the file and its fault. */
export class SavedModelError extends Error {
  /**
   * @param file the file as it lies in the model's folder: `saved_model.pb`, `variables/variables.index`, …
   * @param fault what is wrong with it, as a predicate: `is missing`
   */
  constructor(
    readonly file: string,
    readonly fault: string,
  ) {
    super(`${file} ${fault}.`);
    this.name = 'SavedModelError';
  }
}

/** A name out of a foreign file, fit for a sentence: quoted, in one line, at most 120 characters. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 119)}…` : name);
}
