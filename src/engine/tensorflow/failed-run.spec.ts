import type { NamedTensors } from '../engine.js';
import { failedRun } from './failed-run.js';

const BYTES: NamedTensors = { image: { dtype: 'string', shape: [1], data: [new Uint8Array()] } };
const NUMBERS: NamedTensors = { x: { dtype: 'float32', shape: [1], data: new Float32Array(1) } };
const AT = '\n\t [[{{function_node __inference_one_274}}{{node DecodeJpeg}}]]';

describe('a run that failed on bytes', () => {
  it.each([
    [
      `Session fail to run with error: Invalid PNG. Failed to initialize decoder.${AT}`,
      'Invalid PNG. Failed to initialize decoder.',
    ],
    [
      '{{function_node __wrapped__DecodeImage}} Unknown image file format [Op:DecodeImage]',
      'Unknown image file format.',
    ],
    [
      `Session fail to run with error: 2 root error(s) found.\n  (0) INVALID_ARGUMENT: No PNG.${AT}\n  (1) CANCELLED: y`,
      'No PNG.',
    ],
    [
      'assertion failed: [x is odd] [x (while/x:0) = ] [3]\n\t [[{{node a/Assert}}]]',
      'assertion failed: [x is odd] [x = ] [3].',
    ],
    [`${'long '.repeat(100)}${AT}`, `${'long '.repeat(60)}…`],
  ])('is told without where in the graph it was: %j', (text, reason) => {
    expect(failedRun(text, BYTES)).toMatchObject({
      kind: 'input',
      message: `The model failed on this input: ${reason}`,
    });
  });

  it.each([
    'OOM when allocating tensor with shape[9] on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    '/srv/models/a.txt; No such file or directory',
    '',
  ])('is not told where it speaks of files and devices: %j', (text) => {
    expect(failedRun(text, BYTES)).toMatchObject({ kind: 'run', message: text });
  });

  it('is not told where only numbers were sent', () => {
    const text = `Session fail to run with error: Incompatible shapes${AT}`;
    expect(failedRun(text, NUMBERS)).toMatchObject({ kind: 'run', message: text });
  });
});
