import { type HostEnvironment, hostEnvironments, type HostsWanted } from './host-environments.js';

const wanted = (some: Partial<HostsWanted>): HostsWanted => ({
  hosts: 0,
  threads: 8,
  cores: 8,
  gpus: [],
  ...some,
});
const cpu = (threads: number): HostEnvironment => ({
  variables: { TF_NUM_INTRAOP_THREADS: String(threads) },
});
const gpu = (name: string, threads: number, more: Record<string, string> = {}): HostEnvironment => ({
  gpu: name,
  variables: { TF_NUM_INTRAOP_THREADS: String(threads), CUDA_VISIBLE_DEVICES: name, ...more },
});
const GROWTH = { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };

describe('the environments of the engine hosts', () => {
  it.each<[string, Partial<HostsWanted>, HostEnvironment[]]>([
    ['one without GPUs', {}, [cpu(8)]],
    ['as many as were asked for, which share the cores', { hosts: 3 }, [cpu(2), cpu(2), cpu(2)]],
    [
      'with a thread each where there are more of them than cores',
      { hosts: 3, threads: 2, cores: 2 },
      [cpu(1), cpu(1), cpu(1)],
    ],
    ['with as many threads each as were asked for', { hosts: 2, threads: 6 }, [cpu(6), cpu(6)]],
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
