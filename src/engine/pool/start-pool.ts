import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings.js';
import { OneAtATime } from '../host/one-at-a-time.js';
import { SupervisedEngine } from '../host/supervised-engine.js';
import { EnginePool } from './engine-pool.js';
import { EngineReports } from './engine-reports.js';
import { gpusFor } from './find-gpus.js';
import { type HostEnvironment, hostEnvironments } from './host-environments.js';

/** The engine processes of a server. */
export interface StartedPool {
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

async function startPool(settings: Settings): Promise<StartedPool> {
  const gpus = await gpusFor(settings.engine);
  const environments = hostEnvironments({
    hosts: settings.engineHosts,
    threads: settings.engineThreads,
    streams: settings.engineStreams,
    cores: availableParallelism(),
    gpus,
  });
  const reports = new EngineReports();
  const handOverTurn = new OneAtATime();
  const pool = new EnginePool(
    environments.map((environment, index) => {
      const of = environments.length === 1 ? '' : `Engine ${index + 1}: `;
      const engine = startEngine(settings, reports, of, environment, handOverTurn);
      return {
        engine,
        streams: environment.streams,
        ...(environment.gpu !== undefined && { gpu: environment.gpu }),
      };
    }),
  );
  return { pool, reports };
}

function startEngine(
  settings: Settings,
  reports: EngineReports,
  of: string,
  { variables, streams }: HostEnvironment,
  handOverTurn: OneAtATime,
): SupervisedEngine {
  return new SupervisedEngine({
    runtime: settings.engine,
    environment: variables,
    streams,
    handOverTurn,
    runTimeoutMs: settings.engineTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    onOutput: (line) => reports.tell({ of, kind: 'output', line }),
    onCrash: (reason) => reports.tell({ of, kind: 'crash', reason }),
    onRestart: (pid) => reports.tell({ of, kind: 'restart', pid }),
    onHandOver: (handOver) => reports.tell({ of, kind: 'hand-over', handOver }),
    onHandOverFailed: (reason) => reports.tell({ of, kind: 'hand-over-failed', reason }),
  });
}
