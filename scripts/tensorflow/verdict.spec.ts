import { type Facts, isSupportedNode, runsCuda12, verdict } from './verdict.js';

const works = { ok: true, version: '2.20.0', device: 'cpu' } as const;
const facts: Facts = {
  node: '22.23.3',
  packageInstalled: true,
  linked: 'cpu',
  selfTest: works,
  obstacles: [],
  usableGpu: false,
};
const broken = { ok: false, reason: 'not installed' } as const;

describe('verdict', () => {
  it.each<[string, Partial<Facts>, RegExp, string | undefined, number]>([
    ['all is well', {}, /2\.20\.0 on the CPU$/, undefined, 0],
    [
      'a GPU is used',
      { linked: 'gpu', selfTest: { ...works, device: 'gpu:0' }, usableGpu: true },
      /on GPU:0$/,
      undefined,
      0,
    ],
    ['a GPU lies idle', { usableGpu: true }, /CPU$/, 'npm run tensorflow -- --gpu, to use the GPU', 0],
    [
      'CUDA finds no GPU',
      { linked: 'gpu', selfTest: { ...works, notice: 'no driver' } },
      /found no GPU: no driver$/,
      undefined,
      0,
    ],
    [
      'TensorFlow is missing',
      { selfTest: broken, linked: undefined },
      /no TensorFlow/,
      'npm run tensorflow',
      1,
    ],
    [
      'it is missing beside a GPU',
      { selfTest: broken, usableGpu: true },
      /no TensorFlow/,
      'npm run tensorflow -- --gpu',
      1,
    ],
    [
      'python is missing too',
      { selfTest: broken, obstacles: ['install python3'] },
      /no TensorFlow/,
      'install python3\n      npm run tensorflow',
      1,
    ],
    ['packages are missing', { packageInstalled: false, selfTest: broken }, /nothing/, 'npm ci', 1],
    [
      'Node is too old',
      { node: '18.20.0' },
      /nothing/,
      'install Node 20.19 or newer, 22 or 24 (this is 18.20.0)',
      1,
    ],
  ])('when %s', (_, changed, uses, next, exitCode) => {
    const found = verdict({ ...facts, ...changed });
    expect(found.uses).toMatch(uses);
    expect(found.next).toBe(next);
    expect(found.exitCode).toBe(exitCode);
  });
});

describe('isSupportedNode', () => {
  it.each([
    ['20.20.2', true],
    ['20.18.0', false],
    ['21.7.3', false],
    ['22.23.3', true],
    ['24.21.0', true],
  ])('%s: %s', (version, supported) => expect(isSupportedNode(version)).toBe(supported));
});

describe('runsCuda12', () => {
  it.each([
    ['470.256.02', false],
    ['525.60.13', true],
    ['580.95.05', true],
    ['', false],
  ])('driver %s: %s', (driver, runs) => expect(runsCuda12(driver)).toBe(runs));
});
