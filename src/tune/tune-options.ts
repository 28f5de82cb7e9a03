import { parseArgs } from 'node:util';
import { ConfigError, integer, type Reader, unexpected } from '../config/expect.js';
import { MAX_VERSION } from '../models/source/find-versions.js';

export const HELP = `Measures batch sizes and threads of one model on this machine, and writes the best batch size into its model.yaml.

  npm run tune -- --model <name> [--version <n>] [--latency <ms>] [--seconds <s>] [--size <pixels>] [--env] [--force] [--dry-run]

--model    which model of MODELS_DIR
--version  which version of it; the one that a request gets which names none
--latency  how long one batch may take, in ms, since a lone request may wait for it (200)
--seconds  how long each number is measured in each of five rounds (2)
--size     side of the made-up pictures, in pixels, for a model that takes any size (256)
--env      writes ENGINE_THREADS into the file .env too, where another number of threads is better than the one set
--force    writes even where the numbers differ so much that the choice may be chance
--dry-run  measures, and writes nothing

Nothing else should run on the machine meanwhile, the server included. Ctrl-C ends it, and nothing is written.`;

export interface TuneOptions {
  readonly model: string;
  readonly version: number | undefined;
  readonly latencyMs: number;
  /** Of one slice: one number, in one round. */
  readonly sliceMs: number;
  /** Side of a picture where the model leaves it open, in pixels. */
  readonly side: number;
  readonly writesEnv: boolean;
  /** Whether a choice that may be chance is written too. */
  readonly isForced: boolean;
  readonly isDryRun: boolean;
}

/**
 * @returns `undefined` where help was asked for
 * @throws ConfigError, or `parseArgs`'s own error
 */
export function readOptions(args: readonly string[]): TuneOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      version: { type: 'string' },
      latency: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '2' },
      size: { type: 'string', default: '256' },
      env: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (!values.model) {
    throw new ConfigError('Expected --model; with npm, options follow a --: npm run tune -- --model shapes');
  }
  return {
    model: values.model,
    version: values.version === undefined ? undefined : integer(0, MAX_VERSION)(values.version, '--version'),
    latencyMs: integer(1, 3_600_000)(values.latency, '--latency'),
    sliceMs: 1000 * seconds(values.seconds, '--seconds'),
    side: integer(1, 4096)(values.size, '--size'),
    writesEnv: values.env,
    isForced: values.force,
    isDryRun: values['dry-run'],
  };
}

const seconds: Reader<number> = (value, name) => {
  const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0.01 && number <= 60)) throw unexpected('a number of seconds from 0.01 to 60', name, value);
  return number;
};
