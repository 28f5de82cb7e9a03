import { type EdgedSignature, withEdges } from '../../graph/edges.js';
import { type FlatGraph, NotFlatError, TAG } from '../../graph/flat-graph.js';
import { simplify } from '../../graph/simplify.js';
import { writeSavedModel } from '../../graph/write-saved-model.js';
import { EngineError, type GraphReport } from '../engine.js';
import { type Binding, ON_CPU } from './native-binding.js';
import type { OpenSessions, ReadModel, SessionRequest } from './session-request.js';
import { openOriginal } from './original-session.js';
import { rowsOfOriginal, rowsOfSession } from './proven-sessions.js';
import { RewrittenModels } from './rewritten-models.js';
import { differences } from './same-answers.js';
import { Session } from './session.js';
import { FED, FETCHED } from './tensors.js';

/**
 * Writes a model anew, holds it against the original, and keeps it in the cache if they answer the same. Signatures that are not flat, or
 * answer otherwise, run as they were exported, beside it.
 * @param request with a key
 * @throws EngineError `load`; NotFlatError, whose message says why the original is to be served
 */
export async function rewrite(request: SessionRequest, read: ReadModel): Promise<OpenSessions> {
  const { runtime, options } = request;
  const rewritten = new RewrittenModels(options.cacheDirectory);
  const key = await request.key!;
  const { graph, others } = await read.model.flat();
  const { flat, edges } = withEdgesFor(simplify(graph), read.signatures);
  if (edges.size === 0) throw new NotFlatError(firstReason(others));
  const staged = await rewritten.stage((directory) => writeSavedModel(flat, directory));
  const open = (place: readonly string[], of = edges): Session =>
    openStaged(runtime.binding, staged.directory, place, of);
  const opened: Session[] = [];
  let kept = false;
  try {
    // Else there is nothing that TensorFlow could run beside it.
    const hasOriginal = read.model.saved !== null && !flat.recovered;
    opened.push(open(hasOriginal ? [ON_CPU] : []));
    const faults = hasOriginal ? await prove(opened[0]!, request, read, [...edges.keys()]) : NONE;
    const except = new Map([...others, ...faults].filter(([name]) => read.signatures.has(name)));
    const proven = new Map([...edges].filter(([name]) => !faults.has(name)));
    if (proven.size === 0) throw new NotFlatError(firstReason(except));
    const { model } = read;
    const rewrittenOnes = { model, signatures: picked(read.signatures, [...proven.keys()]) };
    const onCpu = hasOriginal ? await rowsOfSession(opened[0]!, rewrittenOnes) : null;
    if (hasOriginal && (runtime.device !== 'cpu' || faults.size > 0)) {
      opened.pop()!.close();
      opened.push(open([], proven));
    }
    const cpu = runtime.device === 'cpu' ? undefined : async () => open([ON_CPU], proven);
    let rows = onCpu ?? (await rowsOfSession(opened[0]!, rewrittenOnes, cpu));
    const exported = { model, signatures: picked(read.signatures, [...except.keys()]) };
    if (exported.signatures.size > 0) {
      const session = await openOriginal(request, exported);
      opened.push(session);
      rows = { ...rows, ...(await rowsOfOriginal(session, exported, request)) };
    }
    const record = { ...(await read.record(rows)), graph: reportOf(except) };
    const fault = await rewritten.keep(staged, key, { ...record, edges: proven });
    kept = true;
    return { sessions: opened, record, warnings: fault === undefined ? [] : [notKept(fault)] };
  } finally {
    if (!kept) {
      for (const session of opened) session.close();
      await rewritten.remove(staged.directory);
    }
  }
}

/** @param code of the system's */
function notKept(code: string): string {
  return `its rewritten form cannot be kept in the cache (${code}), so that it is made anew whenever the model is loaded: let TENSORNEST_CACHE_DIR name a folder that can be written and has room.`;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Those of these names. */
export function picked(
  signatures: ReadModel['signatures'],
  names: readonly string[],
): ReadModel['signatures'] {
  return new Map([...signatures].filter(([name]) => names.includes(name)));
}

function reportOf(except: ReadonlyMap<string, string>): GraphReport {
  return { optimised: true, ...(except.size > 0 && { except: Object.fromEntries(except) }) };
}

function firstReason(reasons: ReadonlyMap<string, string>): string {
  const [first = 'It has no signature of dense tensors.'] = reasons.values();
  return reasons.get('serving_default') ?? first;
}

/** @returns why those signatures may not be used that do not answer as the original does */
async function prove(
  rewritten: Session,
  request: SessionRequest,
  read: ReadModel,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const original = await openOriginal(request, read, [ON_CPU]).catch(notOnCpu);
  try {
    return await differences(original, rewritten, picked(read.signatures, names));
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
