import { parseArgs } from 'node:util';
import { ConfigError, integer } from '../config/expect.js';
import { MAX_VERSION } from '../models/source/find-versions.js';

export const HELP = `Compares what a model makes of pictures with what training made of them: every stage, in numbers and as a page.

  npm run parity -- --model <name> [--golden <folder>] [--version <n>] [--page <file>]

--model    which model of MODELS_DIR
--golden   a folder of pictures with what is expected of each, as docs/goldens.md says; or with a folder of pictures for each label.
           Without it, the goldens that the model has
--version  which version of it; the one that a request gets which names none
--page     the HTML page to write (parity.html)

It exits with 1 if anything came out wrong. Nothing of the model is changed, and the server need not run.`;

export interface ParityOptions {
  readonly model: string;
  readonly golden: string | undefined;
  readonly version: number | undefined;
  readonly page: string;
}

/**
 * @returns `undefined` where help was asked for
 * @throws ConfigError, or `parseArgs`'s own error
 */
export function readOptions(args: readonly string[]): ParityOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      golden: { type: 'string' },
      version: { type: 'string' },
      page: { type: 'string', default: 'parity.html' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (!values.model) {
    throw new ConfigError(
      'Expected --model; with npm, options follow a --: npm run parity -- --model shapes',
    );
  }
  return {
    model: values.model,
    golden: values.golden,
    version: values.version === undefined ? undefined : integer(0, MAX_VERSION)(values.version, '--version'),
    page: values.page,
  };
}
