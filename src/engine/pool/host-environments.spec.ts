import {
  type HostEnvironment,
  hostEnvironments,
  type HostsWanted,
  type Shares,
  shareOut,
} from './host-environments.js';

const wanted = (some: Partial<HostsWanted>): HostsWanted => ({
  hosts: 0,
  threads: 0,
  streams: 0,
  cores: 8,
  gpus: [],
  ...some,
});
const MALLOC = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' };
const cpu = (streams: number, threads: number): HostEnvironment => ({
  streams,
  threads,
  variables: { TF_NUM_INTRAOP_THREADS: String(threads), ...MALLOC },
});
const gpu = (name: string, threads: number, more: Record<string, string> = {}): HostEnvironment => ({
  gpu: name,
  streams: 2,
  threads,
  variables: { TF_NUM_INTRAOP_THREADS: String(threads), ...MALLOC, CUDA_VISIBLE_DEVICES: name, ...more },
});
const GROWTH = { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };

describe('the environments of the engine hosts', () => {
  it.each<[string, Partial<HostsWanted>, HostEnvironment[]]>([
    ['one without GPUs', {}, [cpu(2, 8)]],
    ['as many as were asked for, which share the cores', { hosts: 2 }, [cpu(2, 4), cpu(2, 4)]],
    [
      'with a thread each where there are more of them than cores',
      { hosts: 3, cores: 2 },
      [cpu(1, 1), cpu(1, 1), cpu(1, 1)],
    ],
    ['with as many threads as were asked for', { hosts: 2, threads: 6 }, [cpu(2, 6), cpu(2, 6)]],
    ['with as many runs at once as were asked for', { streams: 3 }, [cpu(3, 8)]],
    ['one for each GPU', { gpus: ['0', '1'] }, [gpu('0', 4), gpu('1', 4)]],
    ['one, which has one GPU of several', { hosts: 1, gpus: ['3', '5'] }, [gpu('3', 8)]],
    [
      'two on one GPU, neither of which takes all its memory',
      { hosts: 2, gpus: ['0'] },
      [gpu('0', 4, GROWTH), gpu('0', 4, GROWTH)],
    ],
  ])('%s', (_, some, environments) => {
    expect(hostEnvironments(wanted(some))).toEqual(environments);
  });
});

describe('the cores of a host', () => {
  it.each<[cores: number, wanted: Shares, isOnGpu: boolean, Shares]>([
    [1, { threads: 0, streams: 0 }, false, { threads: 1, streams: 1 }],
    [2, { threads: 0, streams: 0 }, false, { threads: 2, streams: 2 }],
    [16, { threads: 0, streams: 0 }, false, { threads: 16, streams: 2 }],
    [16, { threads: 4, streams: 0 }, false, { threads: 4, streams: 4 }],
    [2, { threads: 1, streams: 0 }, false, { threads: 1, streams: 2 }],
    [4, { threads: 6, streams: 0 }, false, { threads: 6, streams: 2 }],
    [4, { threads: 0, streams: 1 }, false, { threads: 4, streams: 1 }],
    [8, { threads: 0, streams: 0 }, true, { threads: 8, streams: 2 }],
    [8, { threads: 1, streams: 0 }, true, { threads: 1, streams: 2 }],
    [8, { threads: 0, streams: 1 }, true, { threads: 8, streams: 1 }],
  ])('%i, where %o is set, on a GPU: %p, are shared out as %o', (cores, set, isOnGpu, shares) => {
    expect(shareOut(cores, set, isOnGpu)).toEqual(shares);
  });
});
