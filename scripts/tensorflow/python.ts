import { command, lastLine } from './command.js';
import { Problem } from './problem.js';

/** A Python whose pip can fetch wheels for a platform that it names itself. */
export interface Python {
  readonly path: string;
  readonly version: string;
  readonly pip: string;
}

/** pip 20.3 is the first to know `manylinux_2_17` and its kin. */
const OLDEST_PIP = [20, 3] as const;
const OLDEST_PYTHON = [3, 7] as const;

/** Finds `python3` (or what the variable PYTHON names) and its pip. Throws the Problem that says which one is missing. */
export async function findPython(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Python> {
  const path = env.PYTHON || 'python3';
  const python = await command(path, ['--version'], { env, signal, timeoutMs: 20_000 });
  const version = parseVersion(python.output);
  if (python.code !== 0 || version === undefined) {
    throw new Problem(
      `${path} was not found, and pip, which fetches TensorFlow, runs on it: install Python 3.7 or newer (Debian, Ubuntu: apt-get install python3 python3-pip; macOS: brew install python), or set LIBTENSORFLOW_DIR.`,
    );
  }
  if (isOlder(version, OLDEST_PYTHON)) {
    throw new Problem(
      `${path} is Python ${version.join('.')}, and 3.7 is the oldest that works: install a newer one, or name it in the variable PYTHON.`,
    );
  }
  const pip = await command(path, ['-m', 'pip', '--version'], { env, signal, timeoutMs: 20_000 });
  const pipVersion = parseVersion(pip.output);
  if (pip.code !== 0 || pipVersion === undefined) {
    throw new Problem(
      `pip is missing from ${path} (${lastLine(pip.output)}): install it (Debian, Ubuntu: apt-get install python3-pip; elsewhere: ${path} -m ensurepip).`,
    );
  }
  if (isOlder(pipVersion, OLDEST_PIP)) {
    throw new Problem(
      `pip ${pipVersion.join('.')} is too old to fetch TensorFlow's wheel, which needs 20.3 or newer: run ${path} -m pip install --upgrade pip.`,
    );
  }
  return { path, version: version.join('.'), pip: pipVersion.join('.') };
}

/** The first dotted number in a program's `--version` output, or undefined where there is none. */
export function parseVersion(output: string): readonly number[] | undefined {
  const match = /\d+(?:\.\d+)+/.exec(output);
  return match === null ? undefined : match[0].split('.').map(Number);
}

/** Compares only as many places as `oldest` has: 20.3.4 is not older than 20.3. */
export function isOlder(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [place, least] of oldest.entries()) {
    const found = version[place] ?? 0;
    if (found !== least) return found < least;
  }
  return false;
}
