/**
 * Whether memory was given away to another thread and is not here any more. Node 20 takes a message with such memory, and no thread receives
 * it; later ones throw an error of their own.
 */
export function isGivenAway(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0; // Throws where there is no memory.
  } catch {
    return true;
  }
}
