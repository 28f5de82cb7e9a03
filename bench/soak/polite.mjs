import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../server.mjs';
import { numbersFrom } from '../random.mjs';

/** Scores may differ by this much from one size of batch to another. */
const TOLERANCE = 1e-4;
const PAUSE_MS = 20;
const PATIENCE_MS = 60_000;
const CALLERS_OF_A_KIND = 2;

/**
 * Callers whose answers are known: what the model computes of numbers, and for pictures what the server answered to the same one when
 * nobody else was there, whose best label is the name of its file.
 * @returns functions that call until the signal comes
 */
export async function politeCallers({ server, polite, signal, tally, seed }, trouble) {
  const pictures = await knownPictures(server.url, polite);
  const kinds = {
    'numbers, /predict': numbersRequest,
    'numbers, /v1': numbersOfServing,
    'picture, /predict': (random) => pictureRequest(pick(pictures, random)),
    'picture, /v1': (random) => pictureOfServing(pick(pictures, random)),
    cancels: (random) => pictureRequest(pick(pictures, random)),
  };
  return Object.entries(kinds).flatMap(([kind, make], number) =>
    Array.from({ length: CALLERS_OF_A_KIND }, (_, at) => async () => {
      const random = numbersFrom(seed * 1000 + number * 10 + at);
      while (!signal.aborted) {
        await ask({
          kind,
          request: make(random),
          server,
          polite,
          tally,
          trouble,
          cancelAfter: cancelTime(kind, random),
        });
        await sleep(PAUSE_MS * random());
      }
    }),
  );
}

function cancelTime(kind, random) {
  return kind === 'cancels' ? Math.floor(60 * random()) : undefined;
}

async function ask({ kind, request, server, polite, tally, trouble, cancelAfter }) {
  const signals = [AbortSignal.timeout(PATIENCE_MS)];
  if (cancelAfter !== undefined) signals.push(AbortSignal.timeout(cancelAfter));
  const before = trouble.versions();
  try {
    const answer = await fetch(server.url + request.path, {
      method: 'POST',
      headers: { ...polite, 'Content-Type': request.type },
      body: request.body,
      signal: AbortSignal.any(signals),
    });
    const text = await answer.text();
    if (answer.status === 200) {
      const fault = request.check(JSON.parse(text), new Set([...before, ...trouble.versions()]));
      if (fault === undefined) tally.count(kind, 'right');
      else tally.fault(kind, 'wrong', fault);
    } else if ((answer.status === 503 || answer.status === 429) && answer.headers.has('retry-after')) {
      tally.count(kind, 'refused');
    } else {
      tally.fault(kind, 'lost', `${answer.status} ${text.slice(0, 300)}`);
    }
  } catch (error) {
    if (cancelAfter !== undefined && error.name === 'TimeoutError') tally.count(kind, 'cancelled');
    else tally.fault(kind, 'lost', String(error.cause ?? error));
  }
}

/** The model answers x / 2 and a number that hangs on its version, 64 times. */
function checkNumbers(values, rows, constants) {
  for (const [at, value] of values.entries()) {
    const row = rows[at];
    if (!Array.isArray(row) || row.length !== 64) return `a row of ${row?.length} numbers`;
    if (!constants.some((constant) => row.every((number) => number === value / 2 + constant)))
      return `${row[0]} for ${value} where ${constants.map((constant) => value / 2 + constant).join(' or ')} is right`;
  }
  return undefined;
}

/** Exactly what versions put in the place of others add: see trouble.mjs. */
const constantOf = (version) => ((version - 1) % 2) + 1;

function someNumbers(random) {
  return Array.from({ length: 1 + Math.floor(4 * random()) }, () => Math.floor(4096 * random()) / 8);
}

function numbersRequest(random) {
  const values = someNumbers(random);
  return {
    path: '/models/numbers/predict',
    type: 'application/json',
    body: JSON.stringify({ instances: values }),
    check: ({ predictions, version }) => checkNumbers(values, predictions, [constantOf(version)]),
  };
}

function numbersOfServing(random) {
  const values = someNumbers(random);
  return {
    path: '/v1/models/numbers:predict',
    type: 'application/json',
    body: JSON.stringify({ instances: values }),
    check: ({ predictions }, versions) => checkNumbers(values, predictions, [...versions].map(constantOf)),
  };
}

function pictureRequest({ name, bytes, top }) {
  return {
    path: '/models/shapes/predict',
    type: 'image/jpeg',
    body: bytes,
    check: (answer) => {
      const [best] = answer.top;
      const isRight = best.label === top[0].label && Math.abs(best.score - top[0].score) < TOLERANCE;
      return isRight
        ? undefined
        : `${name} is a ${best.label} (${best.score}) and alone a ${top[0].label} (${top[0].score})`;
    },
  };
}

function pictureOfServing({ name, bytes, scores }) {
  return {
    path: '/v1/models/shapes:predict',
    type: 'application/json',
    body: JSON.stringify({ instances: [{ b64: bytes.toString('base64') }] }),
    check: ({ predictions: [given] }) =>
      scores.every((score, at) => Math.abs(score - given[at]) < TOLERANCE)
        ? undefined
        : `${name} has the scores ${given}, alone ${scores}`,
  };
}

async function knownPictures(url, headers) {
  const folder = join(ROOT, 'samples');
  const files = (await readdir(folder)).filter(
    (file) => /^[a-z]+\.(jpg|png|webp)$/.test(file) && file !== 'noisy.png',
  );
  return Promise.all(
    files.map(async (file) => {
      const picture = { name: file, bytes: await readFile(join(folder, file)) };
      const asked = async ({ path, type, body }) => {
        const answer = await fetch(url + path, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': type },
          body,
        });
        if (!answer.ok) throw new Error(`${file}: ${answer.status} ${await answer.text()}`);
        return answer.json();
      };
      const { top } = await asked(pictureRequest(picture));
      const label = file.replace(/\.\w+$/, '');
      if (top[0].label !== label) throw new Error(`${file} came out as a ${top[0].label}.`);
      const { predictions } = await asked(pictureOfServing(picture));
      return { ...picture, top, scores: predictions[0] };
    }),
  );
}

function pick(list, random) {
  return list[Math.floor(list.length * random())];
}
