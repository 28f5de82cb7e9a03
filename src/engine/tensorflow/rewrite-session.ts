import { type EdgedSignature, withEdges } from '../../graph/edges.js';
import { type FlatGraph, NotFlatError, TAG } from '../../graph/flat-graph.js';
import { simplify } from '../../graph/simplify.js';
import { writeSavedModel } from '../../graph/write-saved-model.js';
import { EngineError } from '../engine.js';
import type { Binding } from './native-binding.js';
import type { OpenSession, ReadModel, SessionRequest } from './session-request.js';
import { original } from './original-session.js';
import { RewrittenModels } from './rewritten-models.js';
import { difference } from './same-answers.js';
import { Session } from './session.js';
import { FED, FETCHED } from './tensors.js';

/**
 * Writes a model anew, holds it against the original, and keeps it in the cache if they answer the same.
 * @param request with a key
 * @throws EngineError `load`, NotFlatError
 */
export async function rewrite(request: SessionRequest, read: ReadModel): Promise<OpenSession> {
  const { runtime, options } = request;
  const rewritten = new RewrittenModels(options.cacheDirectory);
  const key = await request.key!;
  const { flat, edges } = withEdgesFor(simplify(await read.model.flat()), read.signatures);
  const record = await read.record();
  const staged = await rewritten.stage();
  let kept = false;
  try {
    await writeSavedModel(flat, staged);
    const session = openStaged(runtime.binding, staged, edges);
    const refused = await refusal(session, request, read, flat);
    if (refused) return refused;
    await rewritten.keep(staged, key, { ...record, edges });
    kept = true;
    return { session, graph: { optimised: true }, record };
  } finally {
    if (!kept) await rewritten.remove(staged);
  }
}

/** The original and why it is to be served, if the rewritten model does not answer the same; `null` if it does. Closes the other. */
async function refusal(
  rewritten: Session,
  request: SessionRequest,
  read: ReadModel,
  flat: FlatGraph,
): Promise<OpenSession | null> {
  if (!read.model.saved || flat.recovered) return null; // There is nothing that TensorFlow could run.
  let isSame = false;
  try {
    const opened = await original(request, read, '');
    const device = request.runtime.device.startsWith('gpu') ? 'gpu' : 'cpu';
    const reason = await difference(opened.session, rewritten, read.signatures, device);
    isSame = reason === null;
    if (reason !== null) return { ...opened, graph: { optimised: false, reason } };
    opened.session.close();
    return null;
  } finally {
    if (!isSame) rewritten.close();
  }
}

function openStaged(
  binding: Binding,
  directory: string,
  edges: ReadonlyMap<string, EdgedSignature>,
): Session {
  try {
    return Session.open(binding, directory, [TAG], edges);
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
