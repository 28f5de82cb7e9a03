/** A picture that cannot be decoded, and what is wrong with it. Every other error is a fault of the decoder or of the machine. */
export class DamagedPicture extends Error {
  override readonly name = 'DamagedPicture';
}
