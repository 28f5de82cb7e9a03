import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigError } from '../../config/expect.js';

const run = promisify(execFile);

/** How long the system may take to say whether it can be done, in ms. */
const TRIED_MS = 5_000;

/** What a program is started through to be in a network of its own that leads nowhere. It replaces itself by the program, so that the process is that one. */
const UNSHARE = ['unshare', '--net', '--map-current-user', '--'] as const;

export type EngineNetwork = 'auto' | 'on' | 'off';

export interface Launch {
  /** The command, if any, that engine processes are started through. */
  readonly through: readonly string[];
  /** Why they can reach the network although they should not, as a sentence. */
  readonly reason?: string;
}

/**
 * How engine processes are started so that they cannot reach the network: they talk to the server over a socket pair, which is no part of it.
 * @throws ConfigError where they must not reach it, and the system does not let that be done
 */
export async function engineLaunch(
  network: EngineNetwork,
  unshare: readonly string[] = UNSHARE,
): Promise<Launch> {
  if (network === 'on') return { through: [] };
  const [command, ...args] = unshare;
  try {
    await run(command!, [...args, 'true'], { timeout: TRIED_MS });
    return { through: unshare };
  } catch (error) {
    const reason = reasonOf(error);
    if (network === 'auto') return { through: [], reason };
    const expected = 'Expected a system that lets the engine be without network for ENGINE_NETWORK=off.';
    throw new ConfigError(`${expected} ${reason}`);
  }
}

function reasonOf(error: unknown): string {
  const { code, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string };
  if (code === 'ENOENT') return 'There is no command unshare, of util-linux.';
  const [line = ''] = stderr.trim().split('\n');
  return `unshare failed: ${line.replace(/^unshare: /, '') || 'it gave no reason'}.`;
}
