/** What the environments of the engine hosts are made of. */
export interface HostsWanted {
  /** ENGINE_HOSTS: how many hosts; 0: one for each GPU, or one. */
  readonly hosts: number;
  /** ENGINE_THREADS. As many as there are cores are shared out between the hosts; any other number each host has. */
  readonly threads: number;
  readonly cores: number;
  /** The GPUs that may be used, as `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
}

export interface HostEnvironment {
  readonly gpu?: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** For each engine host to be started, what its process finds in its environment beside what this one does. */
export function hostEnvironments({ hosts, threads, cores, gpus }: HostsWanted): HostEnvironment[] {
  const count = hosts === 0 ? Math.max(1, gpus.length) : hosts;
  const each = threads === cores ? Math.max(1, Math.floor(cores / count)) : threads;
  return Array.from({ length: count }, (_, index) => {
    const variables = { TF_NUM_INTRAOP_THREADS: String(each) };
    const gpu = gpus[index % gpus.length];
    if (gpu === undefined) return { variables };
    // Left to itself TensorFlow takes all of a GPU's memory, and a second process finds none.
    const shared = count > gpus.length && { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
    return { gpu, variables: { ...variables, CUDA_VISIBLE_DEVICES: gpu, ...shared } };
  });
}
