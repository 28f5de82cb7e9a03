import { parseArgs } from 'node:util';
import { CommandError } from '../command/command-error.js';
import { expectedError } from '../command/expected-error.js';
import { findPlace } from '../command/find-model.js';
import type { Surroundings } from '../command/surroundings.js';
import { ConfigError, integer } from '../config/expect.js';
import { readSettings } from '../config/settings.js';
import { lineOf, manifestOf } from '../models/manifest/manifest.js';
import { findVersions, MAX_VERSION } from '../models/source/find-versions.js';

const HELP = `Prints the hashes of a model's versions as model.yaml takes them: no version is then loaded whose files are others.

  npm run manifest -- <name> [--version <n>] [--files]

--version  of this version alone; else of all that are there
--files    with every file that counts, its hash and its size, as comments

npm run --silent manifest -- flowers >> models/flowers/model.yaml puts them into a model.yaml that has none.`;

/**
 * `npm run manifest`: prints `sha256` for a `model.yaml`.
 * @returns the exit code
 */
export async function manifestCommand(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    await print(args, around);
    return 0;
  } catch (error) {
    around.screen.write(`${expectedError(error, 'npm run manifest', 'Nothing was hashed.')}\n`);
    return 1;
  }
}

async function print(args: readonly string[], { env, answer }: Surroundings): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      model: { type: 'string' },
      version: { type: 'string' },
      files: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return answer(HELP);
  const [name = values.model, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new ConfigError('Expected one model; with npm, it follows a --: npm run manifest -- flowers');
  const wanted =
    values.version === undefined ? undefined : integer(0, MAX_VERSION)(values.version, '--version');
  const place = await findPlace(readSettings(env), name);
  const found = (await findVersions(place.directory, place.root, place.shown)) ?? [];
  const versions = found.filter(({ number }) => wanted === undefined || number === wanted);
  if (versions.length === 0)
    throw new CommandError(
      `There is no version ${wanted ?? ''} of ${name} in ${place.shown}.`.replace('  ', ' '),
    );
  const lines: string[] = [];
  for (const { number, directory, root, fault } of versions) {
    if (fault !== undefined) throw new CommandError(fault);
    const { files, sha256 } = await manifestOf(directory, root);
    if (values.files) lines.push(...files.map((file) => `  # ${lineOf(file)}`));
    lines.push(`  ${number}: '${sha256}'`);
  }
  answer(['sha256:', ...lines].join('\n'));
}
