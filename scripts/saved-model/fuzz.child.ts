import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusalOf } from '../../src/graph/read-all.fixture.js';

/** A folder with a whole model, and one file to put wrong bytes into. */
export interface FuzzRequest {
  readonly directory: string;
  readonly file: string;
  readonly bytes: Buffer;
}

export interface FuzzAnswer {
  /** `null`: it was read. */
  readonly refusal: string | null;
  /** Anything but a sound refusal. */
  readonly crash: string | null;
  /** Of this process so far, in bytes. */
  readonly peakRss: number;
}

process.on('message', ({ directory, file, bytes }: FuzzRequest) => {
  void tryFile(directory, file, bytes).then((answer) => process.send?.(answer));
});

async function tryFile(directory: string, file: string, bytes: Buffer): Promise<FuzzAnswer> {
  try {
    await writeFile(join(directory, file), bytes);
    return { refusal: await refusalOf(directory), crash: null, peakRss: peakRss() };
  } catch (error) {
    return {
      refusal: null,
      crash: error instanceof Error ? (error.stack ?? error.message) : String(error),
      peakRss: peakRss(),
    };
  }
}

function peakRss(): number {
  return process.resourceUsage().maxRSS * 1024;
}
