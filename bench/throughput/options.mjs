import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './cache.mjs';
import { MODEL_NAMES } from './models.mjs';
import { SERVERS } from './servers.mjs';

const IDS = SERVERS.map(({ id }) => id);

/**
 * What the command line asks for.
 * @throws Error with a sentence, if it asks for what there is not
 */
export function readOptions(parameters) {
  const { values } = parseArgs({
    args: parameters,
    options: {
      models: { type: 'string', default: MODEL_NAMES.join(',') },
      servers: { type: 'string', default: IDS.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'open-rounds': { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: join(ROOT, 'bench/results') },
    },
  });
  return {
    models: listed('--models', values.models, MODEL_NAMES),
    servers: listed('--servers', values.servers, IDS),
    rounds: number('--rounds', values.rounds ?? (values.quick ? '1' : '3')),
    seconds: number('--seconds', values.seconds ?? (values.quick ? '3' : '4')),
    openRounds: number('--open-rounds', values['open-rounds']),
    quick: values.quick,
    out: values.out,
  };
}

function listed(name, given, known) {
  const list = given.split(',').map((item) => item.trim());
  const stranger = list.find((item) => !known.includes(item));
  if (stranger === undefined) return known.filter((item) => list.includes(item));
  throw new Error(`Expected some of ${known.join(', ')} for ${name} but received ${stranger}.`);
}

function number(name, given) {
  const value = Number(given);
  if (value > 0) return value;
  throw new Error(`Expected a number above 0 for ${name} but received ${given}.`);
}
