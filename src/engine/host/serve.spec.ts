import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, EngineError, type NamedTensors, type Signature } from '../engine.js';
import { FakeEngine } from '../fake/fake.engine.js';
import { encodeFrame } from './frames.js';
import { connected } from './serve.fixture.js';

const SIGNATURE: Signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 2] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [null, 1] }],
};
const floats = (...numbers: number[]): NamedTensors => ({
  x: { dtype: 'float32', shape: [numbers.length / 2, 2], data: Float32Array.from(numbers) },
});

/** A runtime whose runs do what the test says. */
function runtime(run: Engine['run']): Engine {
  const engine = new FakeEngine();
  engine.run = run;
  return engine;
}

const OPTIONS = { allowOps: [], optimise: false, cacheDirectory: '' };

describe('an engine host', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'serve-'));
    const fake = { signatures: { serve: SIGNATURE }, on: { 13: 'fail' } };
    await writeFile(join(directory, 'fake.json'), JSON.stringify(fake));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('loads, runs and unloads what it is asked, each answer with the id of its call', async () => {
    const { socket, send, run, received, ended } = await connected(new FakeEngine());
    send(1, { call: 'info' });
    send(2, { call: 'load', model: 'm', directory, options: OPTIONS });
    await received(2);
    run(3, 'm', floats(1, 2, 30, 40));
    send(4, { call: 'unload', model: 'n' });
    const byId = new Map((await received(4)).map((reply) => [reply.answer.id, reply]));
    expect(byId.get(1)!.answer).toEqual({ id: 1, info: { runtime: 'fake', version: '0', device: 'cpu' } });
    expect(byId.get(2)!.answer).toMatchObject({ id: 2, loaded: { signatures: { serve: SIGNATURE } } });
    expect(byId.get(3)!.outputs).toEqual({
      y: { dtype: 'float32', shape: [2, 1], data: Float32Array.of(3, 70) },
    });
    expect(byId.get(4)!.answer).toEqual({ id: 4, unloaded: true });
    socket.end();
    await ended;
  });

  it('says what its process takes of memory', async () => {
    const { socket, send, received, ended } = await connected(new FakeEngine());
    send(1, { call: 'memory' });
    const [reply] = await received(1);
    const rss = process.memoryUsage.rss();
    const { residentBytes } = reply!.answer as { residentBytes: number };
    expect(residentBytes).toBeGreaterThan(rss / 2);
    expect(residentBytes).toBeLessThan(rss * 2);
    socket.end();
    await ended;
  });

  it('understands calls that arrive byte by byte', async () => {
    const { socket, received, ended } = await connected(new FakeEngine());
    socket.setNoDelay(true);
    for (const byte of Buffer.concat(encodeFrame({ id: 1, call: 'info' }))) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await received(1))[0]!.answer).toMatchObject({ id: 1, info: { runtime: 'fake' } });
    socket.end();
    await ended;
  });

  it('answers strings, empty ones too, and megabytes as it was given them', async () => {
    const echo = await connected(runtime(async (_model, _signature, inputs) => inputs));
    const strings = ['daisy', '', '\u{1F33C}'].map((text) => Uint8Array.from(Buffer.from(text)));
    const tensors: NamedTensors = {
      x: { dtype: 'string', shape: [3], data: strings },
      y: { dtype: 'int32', shape: [2 ** 20], data: Int32Array.from({ length: 2 ** 20 }, (_, n) => n) },
    };
    echo.run(1, 'm', tensors);
    expect((await echo.received(1))[0]!.outputs).toEqual(tensors);
    echo.socket.end();
    await echo.ended;
  });

  it('answers in the order in which runs end, not in which they came', async () => {
    const ends: (() => void)[] = [];
    const slow = await connected(
      runtime((_model, _signature, inputs) => new Promise((resolve) => ends.push(() => resolve(inputs)))),
    );
    slow.run(1, 'm', floats(1, 1));
    slow.run(2, 'm', floats(2, 2));
    slow.send(3, { call: 'info' });
    await slow.received(1);
    ends[1]!();
    await slow.received(2);
    ends[0]!();
    const replies = await slow.received(3);
    expect(replies.map(({ answer }) => answer.id)).toEqual([3, 2, 1]);
    expect(replies[1]!.outputs).toEqual(floats(2, 2));
    slow.socket.end();
    await slow.ended;
  });

  it('answers what fails with its kind and reason, and goes on', async () => {
    const { socket, send, run, received, ended } = await connected(new FakeEngine());
    send(1, { call: 'load', model: 'm', directory, options: OPTIONS });
    send(2, { call: 'load', model: 'n', directory: join(directory, 'nowhere'), options: OPTIONS });
    await received(2);
    run(3, 'm', floats(13, 0));
    run(4, 'nobody', floats(1, 0));
    run(5, 'm', floats(1, 0));
    const answers = new Map((await received(5)).map(({ answer }) => [answer.id, answer]));
    expect(answers.get(2)).toMatchObject({ error: { kind: 'load' } });
    expect(answers.get(3)).toEqual({
      id: 3,
      error: { kind: 'run', message: 'The fake model was told to fail.' },
    });
    expect(answers.get(4)).toMatchObject({ error: { kind: 'gone' } });
    expect(answers.get(5)).toHaveProperty('tensors');
    socket.end();
    await ended;
  });

  it('takes an error that is no EngineError for a failure of the run, and of the load', async () => {
    const engine = new FakeEngine();
    engine.load = () => Promise.reject(new TypeError('no'));
    engine.run = () => Promise.reject(new TypeError('no'));
    const { socket, send, run, received, ended } = await connected(engine);
    run(1, 'm', floats(1, 2));
    send(2, { call: 'load', model: 'm', directory, options: OPTIONS });
    const answers = (await received(2)).map(({ answer }) => answer);
    expect(answers).toContainEqual({ id: 1, error: { kind: 'run', message: 'no' } });
    expect(answers).toContainEqual({ id: 2, error: { kind: 'load', message: 'no' } });
    socket.end();
    await ended;
  });

  it('answers a result too large for a frame with an error, and lives on', async () => {
    const data = [{ byteLength: 2 ** 32 } as Uint8Array];
    const huge = await connected(runtime(async () => ({ y: { dtype: 'string', shape: [1], data } })));
    huge.run(1, 'm', floats(1, 2));
    expect((await huge.received(1))[0]!.answer).toMatchObject({ id: 1, error: { kind: 'run' } });
    huge.socket.end();
    await huge.ended;
  });

  it('whose engine has crashed says so, in place of an answer that nobody could rely on', async () => {
    const crash = new EngineError('crashed', 'WebAssembly broke off (divide by zero).');
    const { socket, run, send, received, broken } = await connected(runtime(() => Promise.reject(crash)));
    run(1, 'm', floats(1, 2));
    send(2, { call: 'info' });
    const [first] = await received(1);
    expect(first!.answer).toMatchObject({ id: 2 });
    expect(broken).toEqual(['WebAssembly broke off (divide by zero).']);
    socket.end();
  });

  it('ends with its connection, and with an error where that carries no frames', async () => {
    const { socket, ended } = await connected(new FakeEngine());
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await expect(ended).rejects.toThrow('This is not a stream of frames.');
    socket.destroy();
  });
});
