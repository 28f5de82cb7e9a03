import { type EdgedSignature, withEdges } from '../../graph/edges.js';
import { type FlatGraph, NotFlatError } from '../../graph/flat-graph.js';
import { simplify } from '../../graph/simplify.js';
import { TAG, writeSavedModel } from '../../graph/write-saved-model.js';
import type { SavedSignature } from '../../saved-model/signature.js';
import { EngineError, type GraphReport, type LoadOptions } from '../engine.js';
import type { OpenedModel } from '../open-model.js';
import type { Binding } from './native-binding.js';
import { openOriginal } from './original-session.js';
import { contentKey, RewrittenModels } from './rewritten-models.js';
import { difference } from './same-answers.js';
import { Session } from './session.js';
import { FED, FETCHED } from './tensors.js';

export interface TensorFlowRuntime {
  readonly binding: Binding;
  /** Of libtensorflow. */
  readonly version: string;
  readonly device: string;
}

export interface OpenSession {
  readonly session: Session;
  readonly graph: GraphReport;
}

type Signatures = ReadonlyMap<string, SavedSignature>;

/** Opens a model for TensorFlow: optimised if it can be and proves to answer the same, otherwise as it was exported. */
export class SessionOpener {
  constructor(private readonly runtime: TensorFlowRuntime) {}

  /**
   * @param signatures those that shall be run
   * @throws EngineError `load`
   */
  async open(model: OpenedModel, signatures: Signatures, options: LoadOptions): Promise<OpenSession> {
    if (!options.optimise && model.saved)
      return this.original(model, signatures, options, 'model.yaml says optimise: off.');
    const rewritten = new RewrittenModels(options.cacheDirectory);
    const key = await contentKey(model.directory, `${this.runtime.version} ${this.runtime.device}`);
    const kept = await this.openKept(rewritten, key);
    if (kept) return { session: kept, graph: { optimised: true } };
    try {
      return await this.rewrite(model, signatures, options, rewritten, key);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      // Of a Keras file there is no other form.
      if (!model.saved) throw new EngineError('load', reasonOf(error));
      return this.original(model, signatures, options, reasonOf(error));
    }
  }

  private async openKept(rewritten: RewrittenModels, key: string): Promise<Session | null> {
    const kept = await rewritten.find(key);
    if (!kept) return null;
    try {
      return this.openRewritten(kept.directory, kept.edges);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      await rewritten.remove(kept.directory); // Damaged: it is made anew.
      return null;
    }
  }

  /** Writes the model anew, holds it against the original, and keeps it if they answer the same. */
  private async rewrite(
    model: OpenedModel,
    signatures: Signatures,
    options: LoadOptions,
    rewritten: RewrittenModels,
    key: string,
  ): Promise<OpenSession> {
    const graph = withEdgesFor(simplify(await model.flat()), signatures);
    const staged = await rewritten.stage();
    let kept = false;
    try {
      await writeSavedModel(graph.flat, staged);
      const session = this.openStaged(staged, graph.edges);
      const refused = await this.refusal(session, model, graph.flat, signatures, options);
      if (refused) return refused;
      await rewritten.keep(staged, key, graph.edges);
      kept = true;
      return { session, graph: { optimised: true } };
    } finally {
      if (!kept) await rewritten.remove(staged);
    }
  }

  /** The original and why it is to be served, if the rewritten model does not answer the same; `null` if it does. Closes the other. */
  private async refusal(
    rewritten: Session,
    model: OpenedModel,
    flat: FlatGraph,
    signatures: Signatures,
    options: LoadOptions,
  ): Promise<OpenSession | null> {
    if (!model.saved || flat.recovered) return null; // There is nothing that TensorFlow could run.
    let isSame = false;
    try {
      const { session } = await this.original(model, signatures, options, '');
      const device = this.runtime.device.startsWith('gpu') ? 'gpu' : 'cpu';
      const reason = await difference(session, rewritten, signatures, device);
      isSame = reason === null;
      if (reason !== null) return { session, graph: { optimised: false, reason } };
      session.close();
      return null;
    } finally {
      if (!isSame) rewritten.close();
    }
  }

  private openStaged(directory: string, edges: ReadonlyMap<string, EdgedSignature>): Session {
    try {
      return this.openRewritten(directory, edges);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new NotFlatError('Its rewritten form cannot be loaded.');
    }
  }

  private openRewritten(directory: string, edges: ReadonlyMap<string, EdgedSignature>): Session {
    return Session.open(this.runtime.binding, directory, [TAG], edges);
  }

  private async original(
    { directory, saved }: OpenedModel,
    signatures: Signatures,
    { cacheDirectory }: LoadOptions,
    reason: string,
  ): Promise<OpenSession> {
    const session = await openOriginal(this.runtime.binding, directory, saved!, signatures, cacheDirectory);
    return { session, graph: { optimised: false, reason } };
  }
}

interface FlatWithEdges {
  readonly flat: FlatGraph;
  readonly edges: ReadonlyMap<string, EdgedSignature>;
}

function withEdgesFor(graph: FlatGraph, wanted: Signatures): FlatWithEdges {
  const carried = new Map([...graph.signatures].filter(([name]) => wanted.has(name)));
  const edged = withEdges(graph.nodes, carried, { fed: FED, fetched: FETCHED, pixels: true });
  return { flat: { ...graph, nodes: edged.nodes, signatures: carried }, edges: edged.signatures };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotFlatError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  // A surprise in the rewriting must not take the model away; its text may name folders, and stays here.
  return code === undefined
    ? 'It could not be rewritten.'
    : `It could not be rewritten in the cache (${code}): let TENSORNEST_CACHE_DIR name a folder that can be written.`;
}
