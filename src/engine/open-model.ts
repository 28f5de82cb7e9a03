import { type FlatGraph, NotFlatError } from '../graph/flat-graph.js';
import { type PixelRanges, pixelRanges } from '../graph/pixel-range.js';
import { KerasError } from '../keras/keras.errors.js';
import { openVariables, type VariablesBundle } from '../saved-model/bundle.js';
import { checkOps } from '../saved-model/check-ops.js';
import { readSavedModel, type SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { SavedModelError } from '../saved-model/saved-model.errors.js';
import { EngineError } from './engine.js';
import { findModelFile } from './model-files.js';

/** What lies in a version's folder, read and checked. Nothing of it has run. */
export interface OpenedModel {
  readonly directory: string;
  /** `null` if it is a Keras file. */
  readonly saved: SavedModelFile | null;
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** Why its answers may be wrong, and what to do, as clauses. */
  readonly warnings: readonly string[];
  /**
   * All that it computes as one flat graph.
   * @throws NotFlatError if it computes with what is not pure, EngineError if a variable is damaged
   */
  flat(): Promise<FlatGraph>;
  /** What the graph tells of pictures that it takes. Costs next to nothing once `flat` was asked for. */
  pixelRanges(): Promise<PixelRanges>;
}

/** Variables of more are not read for `pixelRanges`: a picture's channels are at most four. */
const MOST_BYTES_OF_CHANNELS = 64;

/**
 * Reads a version's folder: a SavedModel, or else a Keras file.
 * @throws EngineError `load`
 */
export async function openModel(directory: string, allowOps: readonly string[]): Promise<OpenedModel> {
  const found = await findModelFile(directory);
  if (found.kind === 'none') throw new EngineError('load', found.fault);
  return asLoadError(() =>
    found.kind === 'keras' ? openKeras(directory, found.file) : openSavedModel(directory, allowOps),
  );
}

/**
 * A SavedModel is a program: nothing of it runs before each of its ops was found on the list of the allowed ones. Its bundle of
 * variables is opened and closed again: of one that is damaged, our reader says what is wrong in a sentence.
 */
async function openSavedModel(directory: string, allowOps: readonly string[]): Promise<OpenedModel> {
  const saved = await readSavedModel(directory);
  const [refusal, ...others] = checkOps(saved, allowOps);
  if (refusal) {
    const more = others.length === 0 ? '' : ` (${others.length} more of its nodes are refused.)`;
    throw new EngineError('load', refusal.message + more);
  }
  const variables = await openVariables(directory);
  await variables?.close();
  const { sayTrainingMode, trainingMode } = await import('../graph/training-mode.js');
  const mode = trainingMode(saved);
  return new OpenedSavedModel(directory, saved, mode ? [sayTrainingMode(mode)] : []);
}

/** It is built of this server's own layers, so there is nothing to check. */
async function openKeras(directory: string, file: string): Promise<OpenedModel> {
  const { readKerasModel } = await import('../keras/read-keras-model.js'); // Many files, which few models need.
  const graph = await readKerasModel(directory, file);
  const { signatures } = graph;
  return {
    directory,
    saved: null,
    signatures,
    warnings: [],
    flat: async () => graph,
    pixelRanges: async () => pixelRanges(graph),
  };
}

class OpenedSavedModel implements OpenedModel {
  readonly signatures: SavedModelFile['signatures'];
  private ranges: PixelRanges | undefined;

  constructor(
    readonly directory: string,
    readonly saved: SavedModelFile,
    readonly warnings: readonly string[],
  ) {
    this.signatures = saved.signatures;
  }

  flat(): Promise<FlatGraph> {
    return asLoadError(() => this.read());
  }

  async pixelRanges(): Promise<PixelRanges> {
    this.ranges ??= await this.sketchedRanges();
    return this.ranges;
  }

  private async read(): Promise<FlatGraph> {
    const { flatten } = await import('../graph/flatten.js'); // Not needed where the rewritten form is in the cache.
    const graph = await this.withVariables((variables) => flatten(this.saved, variables));
    this.ranges = pixelRanges(graph);
    return graph;
  }

  /** Of a model that is not flat, or that nobody has asked for as a whole. */
  private async sketchedRanges(): Promise<PixelRanges> {
    const { sketch } = await import('../graph/sketch.js');
    try {
      return pixelRanges(
        await this.withVariables((variables) => sketch(this.saved, variables, MOST_BYTES_OF_CHANNELS)),
      );
    } catch (error) {
      // What is damaged is told by who reads it whole.
      if (!(error instanceof NotFlatError) && !(error instanceof SavedModelError)) throw error;
      return new Map();
    }
  }

  private async withVariables<T>(use: (variables: VariablesBundle | null) => Promise<T>): Promise<T> {
    const variables = await openVariables(this.directory);
    try {
      return await use(variables);
    } finally {
      await variables?.close();
    }
  }
}

async function asLoadError<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isFault = error instanceof SavedModelError || error instanceof KerasError;
    throw isFault ? new EngineError('load', error.message) : error;
  }
}
