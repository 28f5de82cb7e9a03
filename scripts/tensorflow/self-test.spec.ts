import { describeCrash, gpuNotice } from './self-test.js';

describe('describeCrash', () => {
  it.each<[number | null, NodeJS.Signals | null, string, RegExp]>([
    [null, 'SIGILL', '', /lacks AVX/],
    [null, 'SIGTERM', '', /did not answer within 120 s/],
    [1, null, 'at x\nError: Cannot find package\n', /ended with code 1: Error: Cannot find package/],
    [null, 'SIGSEGV', '', /ended with SIGSEGV$/],
  ])('code %s, signal %s', (code, signal, errors, sentence) => {
    expect(describeCrash(code, signal, errors)).toMatch(sentence);
  });
});

describe('gpuNotice', () => {
  it("gives TensorFlow's reason without its time stamp", () => {
    const errors = [
      '2026-01-02 03:04:05.678901: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.',
      'W0000 00:00:1795434835.210000 14049 gpu_device.cc:2342] Cannot dlopen some GPU libraries.',
      '',
    ].join('\n');
    expect(gpuNotice(errors)).toBe('Cannot dlopen some GPU libraries.');
  });

  it('gives none when there is none', () => expect(gpuNotice('')).toBeUndefined());
});
