// What `loadTensorFlow` sets, where specs load TensorFlow into Jest's own processes: there it is too late for a C library.
process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/scripts'],
  testRegex: String.raw`\.(spec|e2e)\.ts$`,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { [String.raw`^(\.{1,2}/.*)\.js$`]: '$1' },
  transform: { [String.raw`\.ts$`]: '@swc/jest' },
  // Two cores: more servers at once only make every one of them slow.
  maxWorkers: 2,
  testTimeout: 60_000,
};
