import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './cache.mjs';
import { SAMPLED } from './client.mjs';
import { CLASSES } from './models.mjs';

const SCRIPT = join(ROOT, 'bench/peers/bare.py');
const PROOFS = 3;
/** How far the best class of a proof is before the second, in logits, which spread by about 1 from class to class. */
const CLEAR = 0.1;

/** Pictures a second of the SavedModel in Python with no server, by batch: alone, and with decoding beside it. */
export async function bareRates(environment, model, pictures, seconds, signal) {
  return JSON.parse(await bare(environment, model, ['rates', String(seconds), ...pictures], signal));
}

/**
 * What TensorFlow answers, for the others to be held against.
 * @param files `load` and `proofs`
 * @returns `proofs`, `{ file, best }`: those that the model tells apart most clearly, each of another class; and `rank(picture, class)`:
 *   how many classes TensorFlow thinks likelier for a picture of the load
 */
export async function makeReference(environment, model, files, work, signal) {
  const logitsOf = async (pictures) => {
    const file = join(work, `${model.name}.logits`);
    await bare(environment, model, ['logits', file, ...pictures], signal);
    const { buffer, byteOffset } = await readFile(file);
    return pictures.map((_, at) => new Float32Array(buffer, byteOffset + 4 * CLASSES * at, CLASSES));
  };
  const load = await logitsOf(files.load.slice(0, SAMPLED));
  return {
    proofs: clearest(model, files.proofs, await logitsOf(files.proofs)),
    rank: (picture, index) => load[picture].filter((logit) => logit > load[picture][index]).length,
  };
}

function clearest({ name }, files, logits) {
  const candidates = files
    .map((file, at) => {
      const [best, second] = [...logits[at].keys()].toSorted((a, b) => logits[at][b] - logits[at][a]);
      return { file, best, lead: logits[at][best] - logits[at][second] };
    })
    .toSorted((a, b) => b.lead - a.lead);
  const proofs = candidates.filter(
    ({ best }, at) => candidates.findIndex((other) => other.best === best) === at,
  );
  if (proofs.length < PROOFS || proofs[PROOFS - 1].lead < CLEAR) {
    throw new Error(`${name} tells the proofs hardly apart. This is a bug.`);
  }
  return proofs.slice(0, PROOFS);
}

async function bare(environment, { savedModel, scale }, parameters, signal) {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    MODEL: savedModel,
    SCALE: scale,
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_VISIBLE_DEVICES: '-1',
  };
  const python = join(environment, 'bin/python');
  const { stdout } = await promisify(execFile)(python, [SCRIPT, ...parameters], { env, signal });
  return stdout;
}
