import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the files of a version's folder measure, links followed; 0 where that cannot be told. */
export async function modelBytes(directory: string): Promise<number> {
  try {
    const names = await readdir(directory, { recursive: true });
    const files = await Promise.all(names.map((name) => stat(join(directory, name))));
    return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  } catch {
    return 0; // Deleted meanwhile, perhaps: the engine has said already what it thinks of it.
  }
}
