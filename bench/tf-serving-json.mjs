/**
 * How fast the body of a predict request becomes a tensor of float32, for one picture of 224×224×3 numbers in four spellings. In
 * rounds that take turns with JSON.parse of the same body, by itself and with its nested lists copied to a Float32Array, so that
 * whatever else the machine does meets all three alike. Run after `npm run build`:
 *
 *     node bench/tf-serving-json.mjs [rounds]
 */
import { cpus } from 'node:os';
import { readEnvelope } from '../dist/tf-serving/request/read-envelope.js';
import { readPredictRequest } from '../dist/tf-serving/request/read-predict-request.js';

const SIDE = 224;
const CHANNELS = 3;
const COUNT = SIDE * SIDE * CHANNELS;
const WARM_UP = 10;
const rounds = Number(process.argv[2] ?? 41);
const specs = [{ name: 'image', dtype: 'float32', shape: [null, SIDE, SIDE, CHANNELS] }];

const SPELLINGS = {
  'uint8 integers': (pixel) => String(pixel),
  'decimals of 3 and 4 digits': (pixel, index) => (pixel / 255).toFixed(3 + (index % 2)),
  'float32, shortest': (pixel) => shortestFloat32(pixel / 255),
  "float64, Python's repr": (pixel) => (pixel % 255 === 0 ? `${pixel / 255}.0` : String(pixel / 255)),
};

const CONTENDERS = {
  'JSON.parse': (body) => JSON.parse(body.toString()),
  'JSON.parse and copy': (body) => {
    const data = new Float32Array(COUNT);
    copy(JSON.parse(body.toString()).instances, data, 0);
    return data;
  },
  ours: (body) => readPredictRequest(readEnvelope(body).body, specs).inputs.image.data,
};

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; medians of ${rounds} rounds\n`,
);
const HEADINGS = ['MB', 'ours ms', 'JSON.parse ms', 'ratio', 'JSON.parse and copy ms', 'ratio'];
console.log(
  ['spelling'.padEnd(28), ...HEADINGS.map((heading) => heading.padStart(heading.length + 2))].join(''),
);
for (const [name, spell] of Object.entries(SPELLINGS)) measure(name, bodyOf(spell));

function measure(name, body) {
  const times = Object.fromEntries(Object.keys(CONTENDERS).map((contender) => [contender, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [contender, read] of Object.entries(CONTENDERS)) {
      const before = performance.now();
      read(body);
      if (round >= 0) times[contender].push(performance.now() - before);
    }
  }
  const expected = CONTENDERS['JSON.parse and copy'](body);
  if (Buffer.compare(Buffer.from(CONTENDERS.ours(body).buffer), Buffer.from(expected.buffer)) !== 0) {
    throw new Error(`The numbers differ for ${name}. This is a bug.`);
  }
  const [bare, copied, ours] = Object.values(times).map(median);
  const cells = [body.length / 1e6, ours, bare, bare / ours, copied, copied / ours].map((cell) =>
    cell.toFixed(2),
  );
  console.log(
    [name.padEnd(28), ...cells.map((cell, index) => cell.padStart(HEADINGS[index].length + 2))].join(''),
  );
}

function bodyOf(spell) {
  let index = 0;
  // Pixels without order, as neighbours in a photograph are hard to foretell too.
  const number = () => spell((Math.imul(index, 2654435761) >>> 24) & 255, index++);
  const picture = list(SIDE, () => list(SIDE, () => list(CHANNELS, number)));
  return Buffer.from(`{"instances": [${picture}]}`);
}

function list(size, element) {
  return `[${Array.from({ length: size }, element).join(', ')}]`;
}

function shortestFloat32(value) {
  const rounded = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(rounded.toPrecision(digits)));
    if (Math.fround(Number(text)) === rounded) return text;
  }
  return String(Number(rounded.toPrecision(9)));
}

function copy(values, data, start) {
  let at = start;
  for (const value of values) {
    if (typeof value === 'number') data[at++] = value;
    else at = copy(value, data, at);
  }
  return at;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
