import { EngineError, type LoadedModel, type NamedTensors } from '../engine.js';
import { provenRows } from '../prove-rows.js';
import { ON_CPU } from './native-binding.js';
import { openOriginal } from './original-session.js';
import type { ReadModel, SessionRequest } from './session-request.js';
import type { Session } from './session.js';

/**
 * Whether the rows of each signature are independent, by the graph and by what a session answers. Signatures that are run alike are run once.
 * @param openOnCpu opens the same on the CPU, where the session is on a GPU: by how much kernels for batches of several sizes differ there
 * is too much to tell a mixing of rows by. What the CPU cannot run, the session does
 */
export async function rowsOfSession(
  session: Session,
  read: Pick<ReadModel, 'model' | 'signatures'>,
  openOnCpu?: () => Promise<Session>,
): Promise<LoadedModel['rows']> {
  const onCpu = (await openOnCpu?.().catch(onlyRefused)) ?? null;
  const { signatures: edges } = session.shared;
  const sameAs = (name: string): string => {
    const { inputs = [], outputs = [] } = edges.get(name) ?? {};
    return JSON.stringify([inputs.map(({ feed }) => feed), outputs.map(({ fetch }) => fetch)]);
  };
  const run = (name: string, inputs: NamedTensors): NamedTensors => {
    try {
      return (onCpu ?? session).run(name, inputs);
    } catch (error) {
      if (!onCpu || !(error instanceof EngineError)) throw error;
      return session.run(name, inputs);
    }
  };
  try {
    return await provenRows(await read.model.rows(), read.signatures, run, sameAs);
  } finally {
    onCpu?.close();
  }
}

/** The same of a model as it was exported. */
export function rowsOfOriginal(
  session: Session,
  read: Pick<ReadModel, 'model' | 'signatures'>,
  request: SessionRequest,
): Promise<LoadedModel['rows']> {
  const isOnCpu = request.runtime.device === 'cpu';
  return rowsOfSession(session, read, isOnCpu ? undefined : () => openOriginal(request, read, [ON_CPU]));
}

/** It may be made for a GPU. */
function onlyRefused(error: unknown): null {
  if (!(error instanceof EngineError)) throw error;
  return null;
}
