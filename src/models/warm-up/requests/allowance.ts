import { SavedModelError } from '../../../saved-model/saved-model.errors.js';

/** Bytes of memory, by estimates: a few bytes of a file can stand for a tensor of many. */
export class Allowance {
  constructor(
    private left: number,
    private readonly file: string,
  ) {}

  /**
   * Call it before the memory is taken.
   * @throws SavedModelError once more was asked for than there was
   */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0)
      throw new SavedModelError(this.file, 'asks for more memory than warm-up requests may have');
  }
}
