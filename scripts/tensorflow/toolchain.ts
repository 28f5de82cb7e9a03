import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.js';
import { Problem } from './problem.js';
import { parseVersion } from './python.js';

export interface Compiler {
  readonly path: string;
  readonly version: string;
}

/** The C++ compiler that CXX names, else g++, else clang++. */
export async function findCompiler(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Compiler> {
  const candidates = env.CXX ? [env.CXX] : ['g++', 'clang++'];
  for (const path of candidates) {
    const { code, output } = await command(path, ['--version'], { env, signal, timeoutMs: 20_000 });
    if (code === 0) return { path, version: parseVersion(output)?.join('.') ?? 'of unknown version' };
  }
  throw new Problem(
    `No C++ compiler was found (looked for ${candidates.join(' and ')}): install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), or name it in the variable CXX.`,
  );
}

/**
 * Where `node_api.h` may lie, best first: what npm's `nodedir` says, beside the running node (the official archives,
 * nvm, Homebrew and Docker images put it there), the system's own, the package `node-api-headers`, what node-gyp once
 * fetched. Any of them serves any Node: the addon uses Node-API 8, which is the same in all.
 */
export function headerCandidates(env: NodeJS.ProcessEnv, execPath: string, home: string): string[] {
  const nodedir = env.npm_config_nodedir ? [join(env.npm_config_nodedir, 'include/node')] : [];
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  return [
    ...nodedir,
    join(dirname(execPath), '../include/node'),
    '/usr/include/node',
    '/usr/local/include/node',
    join(modules, 'node-api-headers/include'),
    join(home, `.cache/node-gyp/${process.versions.node}/include/node`),
    join(home, `Library/Caches/node-gyp/${process.versions.node}/include/node`),
  ];
}

export function findHeaders(env: NodeJS.ProcessEnv): string {
  const found = headerCandidates(env, process.execPath, homedir()).find((path) =>
    existsSync(join(path, 'node_api.h')),
  );
  if (found !== undefined) return found;
  throw new Problem(
    `Node's headers (node_api.h) were not found beside ${process.execPath} or in /usr/include/node: run npm install --no-save node-api-headers, or set npm_config_nodedir to a directory with include/node.`,
  );
}
