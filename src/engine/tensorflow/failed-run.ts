import { EngineError, type NamedTensors } from '../engine.js';

/** Longest reason that is told: a text of TensorFlow's may quote what was sent. */
const MAX_REASON = 300;

const PREFIX = /^Session fail to run with error: /;
/** ` [[{{node a/b}}]]`, `{{function_node f}}`, `{{node a/b}}`, `(a/b:0)`, `[Op:B]`: where in the graph it was. */
const PLACES = /\s*\[\[.*?\]\]|\{\{[^}]*\}\}\s*|\s*\([\w./-]+:\d+\)|\s*\[Op:\w+\]/gs;
/** A file or a device, which is nobody's business but the log's. */
const PATH = /(?:^|[\s"'(])(?:[\w-]+:)?\/+[\w.:-]+\/[\w.:/-]+/;
/** Of several failures, the first one's reason. */
const FIRST_OF_SEVERAL = /^\d+ root error\(s\) found\.\s*\(0\) [A-Z_]+: /;

/**
 * A failed run. Where the model was fed strings, mostly encoded pictures or records, they are what it could not read, and the reason may be
 * told to whoever sent them; other reasons speak of the graph's inside.
 */
export function failedRun(text: string, inputs: NamedTensors): EngineError {
  const reason = reasonOf(text);
  const isOfBytes = Object.values(inputs).some(({ dtype }) => dtype === 'string');
  return isOfBytes && reason !== undefined
    ? new EngineError('input', `The model failed on this input: ${reason}`)
    : new EngineError('run', text);
}

/** TensorFlow's reason as a sentence, without where in the graph it was; `undefined` where nothing may be told of it. */
function reasonOf(text: string): string | undefined {
  const bare = text.replace(PREFIX, '').replace(PLACES, '').replace(FIRST_OF_SEVERAL, '');
  const [line = ''] = bare.split('\n');
  const plain = line.replace(/[^\x20-\x7e]+/g, ' ').trim();
  if (plain === '' || PATH.test(bare)) return undefined;
  const short = plain.length > MAX_REASON ? `${plain.slice(0, MAX_REASON)}…` : plain;
  return /[.…!?]$/.test(short) ? short : `${short}.`;
}
