import type { RowReport } from '../graph/rows/independent-rows.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { EngineError, type NamedTensors } from './engine.js';
import { joinRows, splitRows } from './joined-rows.js';
import { madeUpInputs, OPEN_SIZES } from './made-up-inputs.js';
import { differs, TOLERANCE } from './same-answer.js';

/** Runs a signature of a loaded model. */
export type RunSignature = (signature: string, inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;

/** How large the numbers of each row are: what hangs on a row's values differs from one to the next, as how many boxes a picture has. */
const LARGEST = [1, 255, 16];

/** Which rows are joined, in two orders and sizes. */
const JOINED: readonly (readonly number[])[] = [
  [0, 1, 2],
  [2, 0],
];

/**
 * Holds what the graphs of signatures tell of their rows against the model itself: rows drawn from a seed are run alone and joined, and must
 * come out the same, decimals within the tolerance, all else exactly. Only what a graph calls independent is run.
 * @param sameAs names signatures that compute the same alike, of which one is run
 */
export async function provenRows(
  told: ReadonlyMap<string, RowReport>,
  signatures: ReadonlyMap<string, SavedSignature>,
  run: RunSignature,
  sameAs: (signature: string) => string = (name) => name,
): Promise<Record<string, RowReport>> {
  const proven = new Map<string, RowReport>();
  const reports: Record<string, RowReport> = {};
  for (const [name, signature] of signatures) {
    let report = told.get(name) ?? no('Nothing is known of its graph.');
    if (report.independent) {
      const key = sameAs(name);
      report = proven.get(key) ?? (await prove(signature, (inputs) => run(name, inputs)));
      proven.set(key, report);
    }
    reports[name] = report;
  }
  return reports;
}

type Run = (inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;

async function prove({ inputs }: SavedSignature, run: Run): Promise<RowReport> {
  let rows: NamedTensors[] = [];
  let alone: NamedTensors[] | null = null;
  for (const other of OPEN_SIZES) {
    rows = [];
    for (const [seed, most] of LARGEST.entries())
      rows.push(await madeUpInputs(inputs, { batch: 1, other }, seed, most));
    alone = await answersOf(rows, run);
    if (alone) break;
  }
  if (!alone)
    return no(
      'No input could be made up with which it runs, to see whether it answers joined rows as single ones.',
    );
  for (const order of JOINED) {
    const fault = await faultOf(order, rows, alone, run);
    if (fault !== null) return no(fault);
  }
  return { independent: true };
}

/** Why rows that are joined in this order do not come out as alone, as a sentence. */
async function faultOf(
  order: readonly number[],
  rows: readonly NamedTensors[],
  alone: readonly NamedTensors[],
  run: Run,
): Promise<string | null> {
  const joined = await answersOf([joinRows(order.map((row) => rows[row]!))], run);
  if (!joined) return `It ran with single rows and not with ${order.length} joined.`;
  let shares: NamedTensors[];
  try {
    shares = splitRows(
      joined[0]!,
      order.map(() => 1),
    );
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  for (const [at, row] of order.entries()) {
    for (const [name, expected] of Object.entries(alone[row]!)) {
      const difference = differs(expected, shares[at]![name]!, TOLERANCE);
      if (difference !== null)
        return `Its output ${name} came out differently for a row that was joined with others: ${difference}.`;
    }
  }
  return null;
}

/** `null` where the model fails on one. */
async function answersOf(requests: readonly NamedTensors[], run: Run): Promise<NamedTensors[] | null> {
  const answers: NamedTensors[] = [];
  for (const inputs of requests) {
    try {
      answers.push(await run(inputs));
    } catch (error) {
      if (error instanceof EngineError && error.kind !== 'crashed') return null;
      throw error;
    }
  }
  return answers;
}

function no(reason: string): RowReport {
  return { independent: false, reason };
}
