import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings.js';
import { startDisposable } from '../host/disposable-engine.js';
import { formatBytes } from '../host/format-bytes.js';
import { memoryLimit } from '../host/memory-limit.js';
import { modelBytes } from '../host/model-bytes.js';
import { OneAtATime } from '../host/one-at-a-time.js';
import { engineLaunch } from '../host/without-network.js';
import { SupervisedEngine } from '../host/supervised-engine.js';
import type { SupervisedEngineOptions } from '../host/supervised-engine-options.js';
import { EnginePool } from './engine-pool.js';
import { EngineReports } from './engine-reports.js';
import { gpusFor } from './find-gpus.js';
import { type HostEnvironment, hostEnvironments } from './host-environments.js';
import type { ServingEngine } from './serving-engine.js';
import { EngineWithTrials, type Tryout } from './trials.js';

/** The engine processes of a server. */
export interface StartedPool {
  /** The pool, with a process beside it for each model on trial. */
  readonly engine: ServingEngine;
  readonly pool: EnginePool;
  readonly reports: EngineReports;
}

let ofThisProcess: Promise<StartedPool> | undefined;

/**
 * The engine hosts that the settings ask for, as one engine. They start when this is first called, which is before Nest is loaded: that
 * takes as long as it takes them to load TensorFlow. Whether they can be used, `info` says.
 */
export function poolOfThisProcess(settings: Settings): Promise<StartedPool> {
  ofThisProcess ??= startPool(settings);
  ofThisProcess.catch(() => {}); // Told to who needs it.
  return ofThisProcess;
}

/** What all engine processes of a server have in common. */
type SharedByEngines = Required<Pick<SupervisedEngineOptions, 'handOverTurn' | 'memoryBytes' | 'through'>>;

async function startPool(settings: Settings): Promise<StartedPool> {
  const [gpus, { through, reason }] = await Promise.all([
    gpusFor(settings.engine),
    engineLaunch(settings.engineNetwork),
  ]);
  const environments = hostEnvironments({
    hosts: settings.engineHosts,
    threads: settings.engineThreads,
    streams: settings.engineStreams,
    cores: availableParallelism(),
    gpus,
  });
  const reports = new EngineReports();
  if (reason !== undefined) {
    const told = `The engine process can reach the network (ENGINE_NETWORK), which it need not. ${reason}`;
    reports.tell({ of: '', kind: 'network', reason: told });
  }
  const shared: SharedByEngines = {
    handOverTurn: new OneAtATime(),
    through,
    memoryBytes: memoryLimit(settings.engineMemoryBytes, environments.length),
  };
  const pool = new EnginePool(
    environments.map((environment, index) => {
      const of = environments.length === 1 ? '' : `Engine ${index + 1}: `;
      const engine = startEngine(settings, reports, of, environment, shared);
      return { engine, ...(environment.gpu !== undefined && { gpu: environment.gpu }) };
    }),
  );
  const engine = new EngineWithTrials(pool, (directory) =>
    startTryout(settings, pool, reports, environments[0]!, shared, directory),
  );
  return { engine, pool, reports };
}

/** What a process takes that holds no model: TensorFlow on a CPU, somewhat rounded up. */
const EMPTY_BYTES = 400 * 2 ** 20;
/** How often the files of a model fit into what their process takes more while it is loaded and run. */
const TIMES_ITS_FILES = 3;

/** A process as the first of the pool, which stays away once it ends; `undefined` where it might take memory that others need. */
async function startTryout(
  settings: Settings,
  pool: EnginePool,
  reports: EngineReports,
  { variables }: HostEnvironment,
  { memoryBytes, through }: SharedByEngines,
  directory: string,
): Promise<Tryout | undefined> {
  const needed = EMPTY_BYTES + TIMES_ITS_FILES * (await modelBytes(directory));
  if (process.availableMemory() < needed) {
    const reason = `A new version is not tried in a process of its own first: that may take ${formatBytes(needed)}, which are not free.`;
    reports.tell({ of: '', kind: 'no-trial', reason });
    return undefined;
  }
  const { engine, settled } = startDisposable({
    runtime: (await pool.info()).runtime, // What became of `auto` is known.
    settings,
    environment: variables,
    memoryBytes,
    through,
    onOutput: (line) => reports.tell({ of: 'On trial: ', kind: 'output', line }),
  });
  settled();
  return engine;
}

function startEngine(
  settings: Settings,
  reports: EngineReports,
  of: string,
  { variables, streams }: HostEnvironment,
  shared: SharedByEngines,
): SupervisedEngine {
  return new SupervisedEngine({
    runtime: settings.engine,
    environment: variables,
    streams,
    ...shared,
    runTimeoutMs: settings.engineTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    onOutput: (line) => reports.tell({ of, kind: 'output', line }),
    onCrash: (reason, by) => reports.tell({ of, kind: 'crash', reason, by }),
    onRestart: (pid) => reports.tell({ of, kind: 'restart', pid }),
    onHandOver: (handOver) => reports.tell({ of, kind: 'hand-over', handOver }),
    onHandOverFailed: (reason) => reports.tell({ of, kind: 'hand-over-failed', reason }),
  });
}
