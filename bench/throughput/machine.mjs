import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './cache.mjs';
import { median } from './measure.mjs';
import { PICTURES } from './pictures.mjs';
import { SERVERS } from './servers.mjs';

/** What ran, and on what. */
export async function aboutMachine(options, files, environments) {
  return {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...commandLine()].join(' '),
    options: { rounds: options.rounds, seconds: options.seconds, openRounds: options.openRounds },
    quick: options.quick,
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `Linux ${release()}`,
    node: process.version,
    revision: revision(),
    versions: versions(environments),
    pictures: { ...PICTURES, medianBytes: median(files.map((file) => statSync(file).size)) },
  };
}

function commandLine() {
  const given = process.argv.slice(2).filter((part, at, all) => part !== '--out' && all[at - 1] !== '--out');
  return given.length === 0 ? [] : ['--', ...given];
}

/** The commit, and whether the sources differ from it; nothing outside a checkout. */
function revision() {
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : ', changed')
    );
  } catch {
    return undefined;
  }
}

function git(...parameters) {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  return execFileSync('git', ['-C', ROOT, ...parameters], options).trim();
}

/** Of the packages that each server stands for, by their names. */
function versions(environments) {
  const found = {};
  const wanted = [...SERVERS, { environment: 'frameworks', packages: ['tensorflow-cpu', 'keras', 'pillow'] }];
  for (const { environment, packages = [] } of wanted) {
    if (environments[environment] === undefined) continue;
    const file = join(ROOT, `bench/peers/requirements-${environment}.txt`);
    const pins = new Map(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.split('==')),
    );
    for (const name of packages) found[name] = pins.get(name);
  }
  return { Tensornest: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version, ...found };
}
