import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SAMPLED, writeRequests } from './client.mjs';
import { median } from './measure.mjs';
import { CLASSES } from './models.mjs';
import { PATIENCE_MS } from './patience.mjs';

/** How much less likely than the best a class may have been in a batch of one and be the best in a larger one. */
const NEARLY = 0.98;
/** Among how many of TensorFlow's first classes the best ones are expected, in the median; by chance it would be half of them. */
const AMONG = 50;

/** A server that answers nonsense: its speed is of no interest, nor is that of the others until it is known why. */
export class WrongAnswerError extends Error {}

/**
 * One server with one model, as measure.mjs takes it.
 * @param reference see reference.mjs
 * @param environment the folder of the Python environment, or `undefined`
 */
export async function prepare({ server, model, files, reference, work, environment }) {
  const own = join(work, `${model.name}-${server.id}`);
  await mkdir(own, { recursive: true });
  const pictures = await Promise.all(files.map((file) => readFile(file)));
  const requestOf = (picture) => server.request(picture, model);
  const requests = join(work, `${model.name}-${server.id}.requests`);
  await writeRequests(requests, pictures, requestOf);
  const hurriedRequests = join(work, `${model.name}-${server.id}-hurried.requests`);
  await writeRequests(hurriedRequests, pictures, (picture) => hurried(requestOf(picture)));
  const proven = await Promise.all(
    reference.proofs.map(async ({ file, best }) => ({ request: requestOf(await readFile(file)), best })),
  );
  return {
    work: own,
    requests,
    hurriedRequests,
    firstRequest: proven[0].request,
    launch: () => server.launch({ model, work: own, environment }),
    /**
     * Throws unless a server that has just started answers the proofs as TensorFlow does.
     * @param ask sends a request and gives the text of the answer
     * @returns what holds the answers under load against those that it gives to the same pictures one at a time
     */
    async prove(ask) {
      for (const { request, best } of proven) {
        const [given] = topOf(server, await ask(request));
        if (given.class !== best) {
          throw new WrongAnswerError(`It answered class ${given.class} where TensorFlow answers ${best}.`);
        }
      }
      const alone = [];
      for (const picture of pictures.slice(0, SAMPLED))
        alone.push(topOf(server, await ask(requestOf(picture))));
      checkRanks(alone.map(([{ class: index }], at) => reference.rank(at, index)));
      return (samples) => {
        for (const { request, body } of samples) checkSame(topOf(server, body)[0], alone[request]);
      };
    },
  };
}

/** Says in the request until when an answer is of use. Who does not know the header answers all the same. */
function hurried({ headers, ...request }) {
  return { ...request, headers: { ...headers, 'X-Timeout-Ms': String(PATIENCE_MS) } };
}

/** Shrinking a picture in another way changes much in what these models answer, and yet not everything. */
function checkRanks(ranks) {
  if (median(ranks) > AMONG) {
    throw new WrongAnswerError(`TensorFlow ranks its answers ${ranks.join(', ')} of ${CLASSES}.`);
  }
}

function checkSame(given, alone) {
  const good = alone.filter(({ score }) => score >= NEARLY * alone[0].score).map((entry) => entry.class);
  if (!good.includes(given.class)) {
    throw new WrongAnswerError(
      `Under load it answered class ${given.class} where alone it answered ${alone[0].class}.`,
    );
  }
}

function topOf(server, body) {
  try {
    const top = server.top(JSON.parse(body));
    if (top.length === 5 && top.every((entry) => Number.isInteger(entry.class) && entry.score >= 0))
      return top;
  } catch {
    // Told below.
  }
  throw new WrongAnswerError(`Its answer does not hold five classes: ${body.slice(0, 300)}`);
}
