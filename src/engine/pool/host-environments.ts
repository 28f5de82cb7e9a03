/** What the engine hosts are made of. */
export interface HostsWanted {
  /** ENGINE_HOSTS: how many hosts; 0: one for each GPU, or one. */
  readonly hosts: number;
  /** ENGINE_THREADS: how many threads share one operation; 0: as `shareOut` has it. */
  readonly threads: number;
  /** ENGINE_STREAMS: how many runs a host does at once; 0: as `shareOut` has it. */
  readonly streams: number;
  readonly cores: number;
  /** The GPUs that may be used, as `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
}

/** How a host uses its cores. */
export interface Shares {
  /** How many threads share one operation. */
  readonly threads: number;
  /** How many runs it does at once. */
  readonly streams: number;
}

export interface HostEnvironment extends Shares {
  readonly gpu?: string;
  /** What its process finds in its environment beside what this one does. */
  readonly variables: Readonly<Record<string, string>>;
}

/** For each engine host to be started, how it is started. */
export function hostEnvironments({ hosts, threads, streams, cores, gpus }: HostsWanted): HostEnvironment[] {
  const count = hosts === 0 ? Math.max(1, gpus.length) : hosts;
  const shares = shareOut(Math.floor(cores / count), { threads, streams }, gpus.length > 0);
  return Array.from({ length: count }, (_, index) => {
    const variables = variablesOf(shares);
    const gpu = gpus[index % gpus.length];
    if (gpu === undefined) return { ...shares, variables };
    // Left to itself TensorFlow takes all of a GPU's memory, and a second process finds none.
    const shared = count > gpus.length && { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
    return { ...shares, gpu, variables: { ...variables, CUDA_VISIBLE_DEVICES: gpu, ...shared } };
  });
}

/**
 * How a host uses the cores that it has. Its runs share its threads: a run that is alone has them all, and while one waits for the last thread of
 * an operation, or for a GPU, the other computes. So two at once are enough, where they have all threads.
 * @param wanted for each number, 0: what is best for most
 */
export function shareOut(cores: number, wanted: Shares, isOnGpu: boolean): Shares {
  const threads = wanted.threads || Math.max(1, cores);
  const most = isOnGpu ? 2 : cores <= 1 ? 1 : Math.max(2, Math.floor(cores / threads));
  return { threads, streams: wanted.streams || most };
}

/** The environment of a host's process. */
export function variablesOf({ threads }: Shares): Record<string, string> {
  // glibc keeps memory that was freed for each arena: with two, 35 to 40 MB less were resident, at the same speed.
  return { TF_NUM_INTRAOP_THREADS: String(threads), MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' };
}
