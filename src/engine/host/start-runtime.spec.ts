import type { EngineNote } from '../engine.js';
import { FakeEngine } from '../fake/fake.engine.js';
import { TensorFlowMissingError } from '../tensorflow/binding.js';
import { isRuntime, tensorFlowOr } from './start-runtime.js';

const failing = (reason: string, code: string) => () =>
  Promise.reject(new TensorFlowMissingError(reason, { cause: Object.assign(new Error(reason), { code }) }));

/** What the runtime that takes TensorFlow's place is told. */
async function told(start: () => Promise<never>): Promise<EngineNote | undefined> {
  let note: EngineNote | undefined;
  const instead = new FakeEngine();
  const engine = await tensorFlowOr(start, async (sentence) => {
    note = sentence;
    return instead;
  });
  expect(engine).toBe(instead);
  return note;
}

describe('TensorFlow, where it is looked for first,', () => {
  it('is taken if it can be loaded', async () => {
    const tensorflow = new FakeEngine();
    const engine = await tensorFlowOr(
      async () => tensorflow,
      () => Promise.reject(new Error('not asked for')),
    );
    expect(engine).toBe(tensorflow);
  });

  it('has its place taken by another that is told how to install it, if it is missing', async () => {
    expect(await told(failing('its addon is not built', 'MODULE_NOT_FOUND'))).toEqual({
      text: 'TensorFlow is not installed: npm run tensorflow installs it and makes predictions faster.',
      isFault: false,
    });
  });

  it('has its place taken by another that is told the reason, if it is installed but broken', async () => {
    expect(
      await told(failing('libtensorflow.so.2: cannot open shared object file', 'ERR_DLOPEN_FAILED')),
    ).toEqual({
      text:
        'TensorFlow is installed but cannot be loaded (libtensorflow.so.2: cannot open shared object file): ' +
        'npm run doctor says what is wrong.',
      isFault: true,
    });
  });

  it('fails with any other error', async () => {
    const start = () => Promise.reject(new Error('a surprise'));
    await expect(tensorFlowOr(start, async () => new FakeEngine())).rejects.toThrow('a surprise');
  });
});

describe('the runtimes of a host', () => {
  it.each(['auto', 'tensorflow', 'wasm', 'fake'])('have %s', (name) => expect(isRuntime(name)).toBe(true));
  it.each(['', 'constructor', 'cuda'])('have no %p', (name) => expect(isRuntime(name)).toBe(false));
});
