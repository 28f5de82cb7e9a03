import { dirname } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { FileFault } from '../../files/file-fault.js';
import { readWholeFile } from '../../files/open-file.js';

/** A photograph has some 10 MB. */
const MAX_PICTURE_BYTES = 64 * 2 ** 20;
/** An input of 1024×1024×3 float64 has 25 MB. */
const MAX_ARRAY_BYTES = 256 * 2 ** 20;

/** A golden's picture. @throws ConfigError */
export function readPicture({
  name,
  picture,
}: {
  readonly name: string;
  readonly picture: string;
}): Promise<Buffer> {
  return readGoldenFile(picture, name, MAX_PICTURE_BYTES);
}

/** What `numpy.save` wrote for a golden. @throws ConfigError */
export function readArray(path: string, shown: string): Promise<Buffer> {
  return readGoldenFile(path, shown, MAX_ARRAY_BYTES);
}

/** @param path the real one, as it was when the golden was found: what leads out of its folder now is another file */
async function readGoldenFile(path: string, shown: string, maxBytes: number): Promise<Buffer> {
  try {
    const content = await readWholeFile(dirname(path), path, maxBytes);
    if (content) return content;
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw new ConfigError(`Expected a file that can be read for ${shown}, but it ${error.message}.`);
  }
  throw new ConfigError(`Expected a file for ${shown} but there is none any more.`);
}
