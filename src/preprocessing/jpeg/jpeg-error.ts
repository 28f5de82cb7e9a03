/** A JPEG that cannot be decoded, and what is wrong with it. Every other error is a fault of the decoder or of the machine. */
export class JpegError extends Error {
  override readonly name = 'JpegError';

  /** @param isFatal whether every decoder refuses it, Pillow too; without, libjpeg may warn and go on */
  constructor(
    message: string,
    readonly isFatal = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
