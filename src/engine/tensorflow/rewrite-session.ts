import { type EdgedSignature, withEdges } from '../../graph/edges.js';
import { type FlatGraph, NotFlatError, TAG } from '../../graph/flat-graph.js';
import { simplify } from '../../graph/simplify.js';
import { writeSavedModel } from '../../graph/write-saved-model.js';
import { EngineError } from '../engine.js';
import { type Binding, ON_CPU } from './native-binding.js';
import type { OpenSession, ReadModel, SessionRequest } from './session-request.js';
import { openOriginal } from './original-session.js';
import { RewrittenModels } from './rewritten-models.js';
import { difference } from './same-answers.js';
import { Session } from './session.js';
import { FED, FETCHED } from './tensors.js';

/**
 * Writes a model anew, holds it against the original, and keeps it in the cache if they answer the same.
 * @param request with a key
 * @throws EngineError `load`; NotFlatError, whose message says why the original is to be served
 */
export async function rewrite(request: SessionRequest, read: ReadModel): Promise<OpenSession> {
  const { runtime, options } = request;
  const rewritten = new RewrittenModels(options.cacheDirectory);
  const key = await request.key!;
  const { flat, edges } = withEdgesFor(simplify(await read.model.flat()), read.signatures);
  const record = await read.record();
  const staged = await rewritten.stage();
  const open = (place: readonly string[]): Session => openStaged(runtime.binding, staged, place, edges);
  let session: Session | null = null;
  let kept = false;
  try {
    await writeSavedModel(flat, staged);
    // Else there is nothing that TensorFlow could run beside it.
    if (read.model.saved && !flat.recovered) {
      session = open([ON_CPU]);
      await prove(session, request, read);
      if (runtime.device !== 'cpu') {
        session.close();
        session = null;
      }
    }
    session ??= open([]);
    await rewritten.keep(staged, key, { ...record, edges });
    kept = true;
    return { session, graph: { optimised: true }, record };
  } finally {
    if (!kept) {
      session?.close();
      await rewritten.remove(staged);
    }
  }
}

/** @throws NotFlatError if it does not answer as the original does */
async function prove(rewritten: Session, request: SessionRequest, read: ReadModel): Promise<void> {
  const original = await openOriginal(request, read, [ON_CPU]).catch(notOnCpu);
  try {
    const reason = await difference(original, rewritten, read.signatures);
    if (reason !== null) throw new NotFlatError(reason);
  } finally {
    original.close();
  }
}

/** It may be made for a GPU. What is wrong with it otherwise is told when it is opened to be served. */
function notOnCpu(error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  throw new NotFlatError('It cannot be loaded on the CPU, to compare the answers.');
}

function openStaged(
  binding: Binding,
  directory: string,
  place: readonly string[],
  edges: ReadonlyMap<string, EdgedSignature>,
): Session {
  try {
    return Session.open(binding, directory, [TAG, ...place], edges);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new NotFlatError('Its rewritten form cannot be loaded.');
  }
}

interface FlatWithEdges {
  readonly flat: FlatGraph;
  readonly edges: ReadonlyMap<string, EdgedSignature>;
}

function withEdgesFor(graph: FlatGraph, wanted: ReadModel['signatures']): FlatWithEdges {
  const carried = new Map([...graph.signatures].filter(([name]) => wanted.has(name)));
  const edged = withEdges(graph.nodes, carried, { fed: FED, fetched: FETCHED, pixels: true });
  return { flat: { ...graph, nodes: edged.nodes, signatures: carried }, edges: edged.signatures };
}
