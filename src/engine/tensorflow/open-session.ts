import { NotFlatError } from '../../graph/flat-graph.js';
import { EngineError } from '../engine.js';
import { heldInputs } from '../held-inputs.js';
import { statefulSignatures } from '../../saved-model/state.js';
import { openModel, type OpenedModel } from '../open-model.js';
import { carriedSignatures, declaredSignatures, publicSignature } from '../signatures.js';
import { openOriginal } from './original-session.js';
import { rowsOfOriginal } from './proven-sessions.js';
import { picked, rewrite } from './rewrite-session.js';
import { isDiskFault } from './staging.js';
import type { Session } from './session.js';
import type { OpenSessions, ReadModel, SessionRequest } from './session-request.js';

/**
 * Reads and checks a version's folder and opens it for TensorFlow: optimised if it can be and proves to answer the same, otherwise as it was
 * exported.
 * @throws EngineError `load`
 */
export async function openSession(request: SessionRequest): Promise<OpenSessions> {
  const { directory, options } = request;
  const read = withRecord(await openModel(directory, options.allowOps, options.root));
  const { saved } = read.model;
  if (!options.optimise && saved) return original(request, read, 'model.yaml says optimise: off.');
  try {
    return await rewrite(request, read);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    // Of a Keras file there is no other form.
    if (!saved) throw new EngineError('load', reasonOf(error));
    const opened = await original(request, read, reasonOf(error));
    return isDiskFault(error) ? { ...opened, warnings: [asExported(error)] } : opened;
  }
}

/** @param reason why it is not optimised, as a sentence @throws EngineError `load` */
async function original(request: SessionRequest, read: ReadModel, reason: string): Promise<OpenSessions> {
  const session = await openOriginal(request, read);
  try {
    const rows = await rowsOfOriginal(session, read, request);
    const record = { ...(await read.record(rows)), graph: { optimised: false, reason } as const };
    return { sessions: [session], record, warnings: [] };
  } catch (error) {
    session.close();
    throw error;
  }
}

/**
 * Opens the signatures of those names as they were exported, beside others that are rewritten.
 * @throws EngineError `load`
 */
export async function openAsExported(request: SessionRequest, names: readonly string[]): Promise<Session> {
  const { directory, options } = request;
  const { model, signatures } = withRecord(await openModel(directory, options.allowOps, options.root));
  return openOriginal(request, { model, signatures: picked(signatures, names) });
}

function withRecord(model: OpenedModel): ReadModel {
  const { signatures, refused } = carriedSignatures(model.signatures, model.refused);
  if (signatures.size === 0) {
    throw new EngineError('load', [...refused.values()].join(' ') || 'The SavedModel has no signatures.');
  }
  const record: ReadModel['record'] = async (rows) => {
    const ranges = await model.pixelRanges();
    const about = {
      signatures: Object.fromEntries(
        [...signatures].map(([name, saved]) => [name, publicSignature(saved, ranges.get(name))]),
      ),
      rows,
      refused: Object.fromEntries(refused),
      declared: declaredSignatures(model.declared),
      stateful: model.saved ? statefulSignatures(model.saved).filter((name) => signatures.has(name)) : [],
      warnings: model.warnings,
    };
    return { about, held: heldInputs(model, signatures) };
  };
  return { model, signatures, record };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotFlatError) return error.message;
  // A surprise in the rewriting must not take the model away; its text may name folders, and stays here.
  return isDiskFault(error)
    ? `It could not be rewritten in the cache (${error.code}): ${REMEDY}`
    : 'It could not be rewritten.';
}

function asExported({ code }: NodeJS.ErrnoException): string {
  return `it runs as it was exported, since its faster form can be written nowhere (${code}): ${REMEDY}`;
}

const REMEDY = 'let TENSORNEST_CACHE_DIR name a folder that can be written and has room.';
