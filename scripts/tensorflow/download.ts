import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { command, lastLine, ranOutOfDisk } from './command.js';
import { Problem } from './problem.js';
import { ProgressBar, type Screen, stage, size } from './progress.js';
import type { Python } from './python.js';
import type { Wheel } from './wheels.js';

export interface DownloadOptions {
  readonly python: Python;
  readonly env: NodeJS.ProcessEnv;
  readonly screen: Screen;
  /** In the cache: every other file of the installation is on the same disk. */
  readonly log: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches one pinned wheel into `directory` and gives its path. pip is the client, so the index, the proxy and the
 * certificates are the ones this machine is configured with, and pip refuses a file whose sha256 is not the pinned one.
 * Its temporary files go to `directory` too: they are on the disk that was checked, and an interrupted run leaves none behind.
 */
export async function download(wheel: Wheel, directory: string, options: DownloadOptions): Promise<string> {
  const { python, env, screen, log, signal } = options;
  const name = `${wheel.name} ${wheel.version}`;
  const pins = join(directory, 'pins.txt');
  await mkdir(directory, { recursive: true });
  await writeFile(pins, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const args = [
    '-m',
    'pip',
    'download',
    '--no-input',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
  ];
  args.push('--no-deps', '--only-binary=:all:', '--platform', wheel.tag, '--python-version', '3.11');
  args.push('--implementation', 'cp', '--abi', 'cp311', '--require-hashes', '-r', pins, '--dest', directory);

  const lines = [`Downloading ${name}`, `Downloaded ${name} (${size(wheel.bytes)})`] as const;
  return stage(screen, lines, async () => {
    const bar = new ProgressBar(screen, name, wheel.bytes);
    const watch = setInterval(() => {
      void bytesOfWheel(directory).then((bytes) => bar.show(bytes, performance.now()));
    }, 200);
    try {
      const pip = await command(python.path, args, {
        env: { ...env, TMPDIR: directory, PIP_REQUIRE_VIRTUALENV: '0' },
        signal,
        log,
      });
      if (ranOutOfDisk(pip.output)) throw diskFilledUp(log);
      if (pip.code !== 0) throw failure(name, pip.output, log);
    } finally {
      clearInterval(watch);
      bar.close();
    }
    const file = (await readdir(directory)).find((entry) => entry.endsWith('.whl'));
    if (file === undefined) throw new Problem(`pip fetched ${name} but left no wheel behind: see ${log}.`);
    return join(directory, file);
  });
}

/** There was room when the installation began: something else took it. */
export function diskFilledUp(log: string): Problem {
  return new Problem(
    `The disk of ${dirname(log)} filled up during the installation: free some of it, or set TENSORNEST_CACHE_DIR to a larger disk.`,
  );
}

/** pip exits with 1 whatever happened: only its text tells a wrong file from a network that is down. */
function failure(name: string, output: string, log: string): Problem {
  if (output.includes('DO NOT MATCH THE HASHES')) {
    return new Problem(
      `${name} came with another sha256 than the one pinned in scripts/tensorflow/wheels.ts, so it was thrown away: the package index or a proxy serves a changed file (see ${log}).`,
    );
  }
  const error = output.split('\n').findLast((line) => line.startsWith('ERROR:')) ?? lastLine(output);
  return new Problem(
    `pip could not download ${name} (${lastLine(error).replace(/^ERROR: /, '')}): check the network, the proxy and the index (python3 -m pip config list), then run it again; all of pip's words are in ${log}.`,
  );
}

/**
 * pip writes the wheel into a folder of its own below `directory` and copies it up at the end, so there may be two: the
 * larger one counts.
 */
async function bytesOfWheel(directory: string): Promise<number> {
  try {
    const wheels = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith('.whl'));
    const sizes = await Promise.all(wheels.map(async (path) => (await stat(join(directory, path))).size));
    return Math.max(0, ...sizes);
  } catch {
    return 0; // A file vanished between the listing and the look: the next look is 0.2 s away.
  }
}
