import { EngineError } from '../engine/engine.js';
import { measure, type MeasurePlan } from './measure.js';
import type { Subject } from './subject.js';

/** A machine whose clock moves only while something runs. */
class FakeMachine {
  nowMs = 0;
  residentBytes = 1000;
  readonly runs: string[] = [];
  readonly notes: string[] = [];
  readonly leftMs: number[] = [];
  restarts = 0;

  subject(threads: number, msOf: (batchSize: number) => number): Subject {
    return {
      threads,
      streams: 1,
      prepare: async () => {},
      run: async (batchSize) => {
        this.runs.push(`${threads}:${batchSize}`);
        this.nowMs += msOf(batchSize);
      },
      restart: async () => void this.restarts++,
      residentBytes: async () => this.residentBytes,
      close: async () => {},
    };
  }

  plan(changes: Partial<MeasurePlan> = {}): MeasurePlan {
    return {
      batchSizes: [1, 2, 4, 8, 16],
      rounds: 3,
      sliceMs: 100,
      longestBatchMs: 10_000,
      signal: new AbortController().signal,
      now: () => this.nowMs,
      availableBytes: () => 1e9,
      onSlice: ({ leftMs }) => this.leftMs.push(leftMs),
      onNote: (sentence) => this.notes.push(sentence),
      ...changes,
    };
  }
}

const sizes = (points: readonly { batchSize: number }[]): number[] =>
  points.map(({ batchSize }) => batchSize);

describe('measuring', () => {
  it('tells for each number of threads and each batch size how many rows a second, and how long a batch takes', async () => {
    const machine = new FakeMachine();
    const subjects = [
      machine.subject(1, (size) => 10 + 10 * size),
      machine.subject(2, (size) => 10 + 5 * size),
    ];
    const points = await measure(subjects, machine.plan({ batchSizes: [1, 2] }));
    expect(points).toEqual([
      { threads: 1, batchSize: 1, rates: [50, 50, 50], msPerBatch: 20 },
      {
        threads: 1,
        batchSize: 2,
        rates: [66.66666666666667, 66.66666666666667, 66.66666666666667],
        msPerBatch: 30,
      },
      {
        threads: 2,
        batchSize: 1,
        rates: [66.66666666666667, 66.66666666666667, 66.66666666666667],
        msPerBatch: 15,
      },
      { threads: 2, batchSize: 2, rates: [100, 100, 100], msPerBatch: 20 },
    ]);
    expect(machine.notes).toEqual([]);
  });

  it('lets all take turns in every round, there and back', async () => {
    const machine = new FakeMachine();
    const subjects = [machine.subject(1, () => 200), machine.subject(2, () => 200)];
    await measure(subjects, machine.plan({ batchSizes: [1, 2], rounds: 2 }));
    const rounds = machine.runs.slice(-8);
    expect(rounds).toEqual(['2:2', '2:1', '1:2', '1:1', '1:1', '1:2', '2:1', '2:2']);
    expect(machine.leftMs.slice(-8)).toEqual([1600, 1400, 1200, 1000, 800, 600, 400, 200]);
  });

  it('stops when two sizes in a row are clearly past the best', async () => {
    const machine = new FakeMachine();
    const points = await measure([machine.subject(1, (size) => size ** 2)], machine.plan({ sliceMs: 1 }));
    expect(sizes(points)).toEqual([1, 2, 4]);
  });

  it('tries no size that is expected to take too long', async () => {
    const machine = new FakeMachine();
    const points = await measure(
      [machine.subject(1, (size) => 100 * size)],
      machine.plan({ longestBatchMs: 500 }),
    );
    expect(sizes(points)).toEqual([1, 2, 4]);
    expect(machine.notes).toEqual([
      '8 at a time would take about 0.8 s, too long beside REQUEST_TIMEOUT_MS; larger batches were left out for 1 thread.',
    ]);
  });

  it('tries no size for which there may not be enough memory', async () => {
    const machine = new FakeMachine();
    const subject = machine.subject(1, (size) => {
      machine.residentBytes = 1000 + 100 * size;
      return 10;
    });
    const points = await measure([subject], machine.plan({ availableBytes: () => 700 }));
    expect(sizes(points)).toEqual([1, 2, 4, 8]);
    expect(machine.notes).toEqual([
      '16 at a time might take more memory than there is; larger batches were left out for 1 thread.',
    ]);
  });

  it('leaves out a size that fails, and goes on in a new process where the old one ended', async () => {
    const machine = new FakeMachine();
    const subject = machine.subject(1, (size) => {
      if (size === 4) throw new EngineError('crashed', 'The engine process ended (SIGKILL).');
      return 10;
    });
    const points = await measure([subject], machine.plan());
    expect(sizes(points)).toEqual([1, 2]);
    expect(machine.restarts).toBe(1);
    expect(machine.notes).toEqual([
      '4 at a time failed with 1 thread and was left out. The engine process ended (SIGKILL).',
    ]);
  });

  it('leaves out a size that fails only in a later round', async () => {
    const machine = new FakeMachine();
    let runs = 0;
    const subject = machine.subject(1, (size) => {
      if (size === 2 && ++runs > 4) throw new EngineError('run', 'There is no memory.');
      return 100;
    });
    expect(sizes(await measure([subject], machine.plan({ batchSizes: [1, 2] })))).toEqual([1]);
  });

  it('fails where not even one row can be run', async () => {
    const machine = new FakeMachine();
    const subject = machine.subject(1, () => {
      throw new EngineError('run', 'The model fails.');
    });
    await expect(measure([subject], machine.plan())).rejects.toThrow('The model fails.');
  });

  it('ends when it is told to, between two runs', async () => {
    const machine = new FakeMachine();
    const stop = new AbortController();
    const subject = machine.subject(1, () => {
      if (machine.runs.length === 5) stop.abort();
      return 10;
    });
    await expect(measure([subject], machine.plan({ signal: stop.signal }))).rejects.toThrow('aborted');
    expect(machine.runs).toHaveLength(5);
  });
});
