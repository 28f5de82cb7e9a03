import { TAG } from '../../graph/flat-graph.js';
import { EngineError, type LoadedModel, type LoadOptions } from '../engine.js';
import type { HeldInputs } from '../input-shapes.js';
import { findModelFile } from '../model-files.js';
import { contentKey, RewrittenModels } from './rewritten-models.js';
import { Session } from './session.js';
import type { OpenSessions, SessionRequest, TensorFlowRuntime } from './session-request.js';

/** A model that is ready to run. */
export interface ModelInSession {
  /** Each signature is in one of them. */
  readonly sessions: readonly Session[];
  readonly held: HeldInputs;
  readonly loaded: LoadedModel;
}

/**
 * Opens a session of a version's folder: of its rewritten form, if that is in the cache; otherwise it is read, checked and rewritten.
 * @throws EngineError `load`
 */
export async function loadModel(
  runtime: TensorFlowRuntime,
  directory: string,
  options: LoadOptions,
): Promise<ModelInSession> {
  const before = process.memoryUsage.rss();
  const key = (await isRewritten(directory, options)) ? keyOf(runtime, directory, options) : null;
  const request: SessionRequest = { runtime, directory, options, key };
  const { sessions, record, warnings } = (await openKept(request)) ?? (await openAnew(request));
  const memoryBytes = Math.max(0, process.memoryUsage.rss() - before);
  return {
    sessions,
    held: record.held,
    loaded: {
      ...record.about,
      warnings: [...record.about.warnings, ...warnings],
      device: runtime.device,
      memoryBytes,
      graph: record.graph,
    },
  };
}

async function openKept(request: SessionRequest): Promise<OpenSessions | null> {
  const { runtime, options, key } = request;
  const rewritten = new RewrittenModels(options.cacheDirectory);
  // Whatever cannot be read of it, opening it anew will tell in a sentence.
  const found = await key?.catch(() => null);
  const kept = found ? await rewritten.find(found) : null;
  if (!kept) return null;
  const { record } = kept;
  const asExported = Object.keys(record.about.signatures).filter((name) => !record.edges.has(name));
  const sessions: Session[] = [];
  try {
    sessions.push(Session.open(runtime.binding, kept.directory, [TAG], record.edges));
    if (asExported.length > 0) {
      const { openAsExported } = await import('./open-session.js');
      sessions.push(await openAsExported(request, asExported));
    }
    return { sessions, record, warnings: [] };
  } catch (error) {
    for (const session of sessions) session.close();
    if (!(error instanceof EngineError)) throw error;
    await rewritten.remove(kept.directory); // Damaged: it is made anew.
    return null;
  }
}

/** With all that reads and rewrites models, which is much: most starts find in the cache what they need. */
async function openAnew(request: SessionRequest): Promise<OpenSessions> {
  const { openSession } = await import('./open-session.js');
  return openSession(request);
}

/** A Keras file always is: there is no other form of it. */
async function isRewritten(directory: string, { optimise }: LoadOptions): Promise<boolean> {
  return optimise || (await findModelFile(directory)).kind === 'keras';
}

function keyOf(
  { version, device }: TensorFlowRuntime,
  directory: string,
  { allowOps, root }: LoadOptions,
): Promise<string> {
  return contentKey(directory, `${version} ${device}`, allowOps, root);
}
