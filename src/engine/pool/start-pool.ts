import { availableParallelism } from 'node:os';
import { Logger } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import type { Metrics } from '../../metrics/metrics.js';
import { formatBytes } from '../host/format-bytes.js';
import { OneAtATime } from '../host/one-at-a-time.js';
import { SupervisedEngine } from '../host/supervised-engine.js';
import { EnginePool } from './engine-pool.js';
import { gpusFor } from './find-gpus.js';
import { type HostEnvironment, hostEnvironments } from './host-environments.js';

/** The engine hosts that the settings ask for, as one engine. They start at once; whether they can be used, `info` says. */
export async function startPool(settings: Settings, metrics: Metrics): Promise<EnginePool> {
  const gpus = await gpusFor(settings.engine);
  const environments = hostEnvironments({
    hosts: settings.engineHosts,
    threads: settings.engineThreads,
    cores: availableParallelism(),
    gpus,
  });
  const handOverTurn = new OneAtATime();
  const pool = new EnginePool(
    environments.map((environment, index) => {
      const name = environments.length === 1 ? '' : `Engine ${index + 1}: `;
      const engine = startEngine(settings, metrics, name, environment, handOverTurn);
      return {
        engine,
        streams: environment.streams,
        ...(environment.gpu !== undefined && { gpu: environment.gpu }),
      };
    }),
  );
  metrics.readEngineMemory = () => pool.residentBytes();
  return pool;
}

function startEngine(
  settings: Settings,
  metrics: Metrics,
  name: string,
  { variables, streams }: HostEnvironment,
  handOverTurn: OneAtATime,
): SupervisedEngine {
  const logger = new Logger('Engine');
  return new SupervisedEngine({
    runtime: settings.engine,
    environment: variables,
    streams,
    handOverTurn,
    runTimeoutMs: settings.engineTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    onOutput: (line) => logger.debug(`${name}${line}`),
    onCrash: (reason) => {
      metrics.engineRestarts.inc();
      logger.error(`${name}${reason} Another takes its place.`);
    },
    onRestart: (pid) => logger.log(`${name}The new engine process (pid ${pid}) holds the models again.`),
    onHandOver: ({ pid, beforeBytes, afterBytes }) => {
      metrics.engineHandOvers.inc();
      logger.log(
        `${name}The engine process had grown to ${formatBytes(beforeBytes)} and was replaced by another ` +
          `(pid ${pid}, ${formatBytes(afterBytes)}); no request was lost.`,
      );
    },
    onHandOverFailed: (reason) =>
      logger.warn(`${name}The engine process has grown and could not be replaced yet. ${reason}`),
  });
}
