/** A Keras file that cannot be made a graph. The message is one sentence that names the file and its fault. */
export class KerasError extends Error {
  /**
   * @param file the file as it lies in the model's folder: `model.keras` or `model.h5`
   * @param fault what is wrong with it, as a predicate: `is missing`
   */
  constructor(
    readonly file: string,
    fault: string,
  ) {
    super(`${file} ${fault}.`);
    this.name = 'KerasError';
  }
}

/**
 * What is wrong with a file, told where its name is not known: as a predicate, such as `has no layers`. `readKerasModel` makes it a
 * `KerasError`.
 */
export class KerasFault extends Error {
  override readonly name = 'KerasFault';
}
