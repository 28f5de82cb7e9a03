import { type MessagePort, parentPort } from 'node:worker_threads';
import { JsonTooLargeError } from '../../../json/json-limits.js';
import { JsonError } from '../../../json/parse-error.js';
import { parseJson } from '../../../json/parse-json.js';
import { toTape } from '../../../json/tape.js';
import { lowerPriority, NICENESS } from '../../../lower-priority.js';
import type { JsonAnswer, JsonTask } from './json-task.js';

/** A thread that reads large JSON, one document at a time: see `json-threads.ts`. */
lowerPriority(NICENESS.json);
const port = parentPort as MessagePort;
port.on('message', (task: JsonTask) => {
  // What cannot be answered ends the thread, of which the parent is told.
  const answer = read(task);
  const given = 'tape' in answer ? buffersOf(answer) : [];
  port.postMessage(answer, given);
});

function read({ body, limits }: JsonTask): JsonAnswer {
  try {
    const tape = toTape(parseJson(body, limits), body);
    return { tape, body: tape.refersToBody ? body : null };
  } catch (error) {
    if (error instanceof JsonError) return { fault: error.fault };
    if (error instanceof JsonTooLargeError) return { tooLarge: { what: error.what, most: error.most } };
    throw error;
  }
}

function buffersOf({ tape, body }: Extract<JsonAnswer, { readonly tape: unknown }>): ArrayBuffer[] {
  const { codes, shapes, numbers, unescaped } = tape;
  const { values, kinds, bits } = numbers;
  const arrays = [codes, shapes, values, kinds, unescaped, ...(bits ? [bits] : []), ...(body ? [body] : [])];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
