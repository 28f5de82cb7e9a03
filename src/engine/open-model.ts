import { NotFlatError } from '../graph/flat-graph.js';
import type { Flattened, FlattenOptions } from '../graph/flatten.js';
import { type PixelRanges, pixelRanges } from '../graph/pixel-range.js';
import { independentRows, PASSING, type RowReport } from '../graph/rows/independent-rows.js';
import { KerasError } from '../keras/keras.errors.js';
import { admit } from '../saved-model/admit.js';
import { openVariables, type VariablesBundle } from '../saved-model/bundle.js';
import { withoutPins } from '../saved-model/device-pins.js';
import { readSavedModel, type SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { SavedModelError } from '../saved-model/saved-model.errors.js';
import { restoresVariables } from '../saved-model/state.js';
import { EngineError } from './engine.js';
import { findModelFile } from './model-files.js';

/** What lies in a version's folder, read and checked. Nothing of it has run. */
export interface OpenedModel {
  readonly directory: string;
  /** `null` if it is a Keras file. */
  readonly saved: SavedModelFile | null;
  /** Whether `saved` is what lies in the folder: otherwise TensorFlow must be given what is written of it. */
  readonly isWhole: boolean;
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** Why its answers may be wrong, and what to do, as clauses. */
  readonly warnings: readonly string[];
  /** Signatures that may not run, and are not in `saved`, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
  /** All that the model declares. */
  readonly declared: ReadonlyMap<string, SavedSignature>;
  /**
   * What it computes as one flat graph, as far as it can be one.
   * @param othersRun see `FlattenOptions`
   * @throws NotFlatError if all of it computes with what is not pure, EngineError if a variable is damaged
   */
  flat(othersRun?: boolean): Promise<Flattened>;
  /** What the graph tells of pictures that it takes. Costs next to nothing once `flat` was asked for. */
  pixelRanges(): Promise<PixelRanges>;
  /** What the graph tells of the rows of each signature. Costs next to nothing once `flat` was asked for. */
  rows(): Promise<ReadonlyMap<string, RowReport>>;
}

/** Variables of more are not read for `pixelRanges`: a picture's channels are at most four. */
const MOST_BYTES_OF_CHANNELS = 64;

/**
 * Reads a version's folder: a SavedModel, or else a Keras file.
 * @param root the folder that no link may lead out of
 * @throws EngineError `load`
 */
export async function openModel(
  directory: string,
  allowOps: readonly string[],
  root = directory,
): Promise<OpenedModel> {
  const found = await findModelFile(directory);
  if (found.kind === 'none') throw new EngineError('load', found.fault);
  return asLoadError(() =>
    found.kind === 'keras'
      ? openKeras(directory, found.file, root)
      : openSavedModel(directory, allowOps, root),
  );
}

/**
 * A SavedModel is a program: nothing of it runs before each of its ops was found on the list of the allowed ones, but for what nothing that is
 * served reaches, which is cut off. Its bundle of variables is opened and closed again: of one that is damaged, our reader says what is
 * wrong in a sentence.
 */
async function openSavedModel(
  directory: string,
  allowOps: readonly string[],
  root: string,
): Promise<OpenedModel> {
  const read = await readSavedModel(directory, root);
  const { model, refused, refusal } = admit(read, allowOps);
  if (refusal !== null) throw new EngineError('load', refusal);
  const variables = await openVariables(directory, root);
  await variables?.close();
  if (!variables && restoresVariables(model)) {
    const fault =
      'is missing, and the model has variables: put the folder variables of its export beside saved_model.pb';
    throw new SavedModelError('variables/variables.index', fault);
  }
  const saved = withoutPins(model);
  const { sayTrainingMode, trainingMode } = await import('../graph/training-mode.js');
  const mode = trainingMode(saved);
  const warnings = mode ? [sayTrainingMode(mode)] : [];
  return new OpenedSavedModel(directory, root, saved, warnings, saved === read, refused, read.signatures);
}

/** It is built of this server's own layers, so there is nothing to check. */
async function openKeras(directory: string, file: string, root: string): Promise<OpenedModel> {
  const { readKerasModel } = await import('../keras/read-keras-model.js'); // Many files, which few models need.
  const graph = await readKerasModel(directory, file, undefined, root);
  const { signatures } = graph;
  return {
    directory,
    saved: null,
    isWhole: true,
    signatures,
    warnings: [],
    refused: new Map(),
    declared: signatures,
    flat: async () => ({ graph, others: new Map() }),
    pixelRanges: async () => pixelRanges(graph),
    rows: async () => independentRows(graph),
  };
}

class OpenedSavedModel implements OpenedModel {
  readonly signatures: SavedModelFile['signatures'];
  private ranges: PixelRanges | undefined;
  private rowReports: ReadonlyMap<string, RowReport> | undefined;

  constructor(
    readonly directory: string,
    private readonly root: string,
    readonly saved: SavedModelFile,
    readonly warnings: readonly string[],
    readonly isWhole: boolean,
    readonly refused: OpenedModel['refused'],
    readonly declared: OpenedModel['declared'],
  ) {
    this.signatures = saved.signatures;
  }

  flat(othersRun = true): Promise<Flattened> {
    return asLoadError(() => this.read({ othersRun }));
  }

  async pixelRanges(): Promise<PixelRanges> {
    this.ranges ??= await this.sketchedRanges();
    return this.ranges;
  }

  async rows(): Promise<ReadonlyMap<string, RowReport>> {
    this.rowReports ??= await this.sketchedRows();
    return this.rowReports;
  }

  private async read(options: FlattenOptions): Promise<Flattened> {
    const { flatten } = await import('../graph/flatten.js'); // Not needed where the rewritten form is in the cache.
    const flat = await this.withVariables((variables) => flatten(this.saved, variables, options));
    if (flat.others.size === 0) {
      this.ranges = pixelRanges(flat.graph);
      this.rowReports = independentRows(flat.graph);
    }
    return flat;
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

  /** Of a model that is not flat as a whole. A signature that is not is not known to keep rows apart: it has loops, or changes variables. */
  private async sketchedRows(): Promise<ReadonlyMap<string, RowReport>> {
    const { flatten } = await import('../graph/flatten.js');
    const options = { mostBytes: MOST_BYTES_OF_CHANNELS, passing: PASSING };
    try {
      const { graph, others } = await this.withVariables((variables) =>
        flatten(this.saved, variables, options),
      );
      const notFlat = [...others].map(([name, reason]) => [name, no(reason)] as const);
      return new Map([...notFlat, ...independentRows(graph)]);
    } catch (error) {
      if (!(error instanceof NotFlatError) && !(error instanceof SavedModelError)) throw error;
      return new Map([...this.signatures.keys()].map((name) => [name, no(error.message)]));
    }
  }

  private async withVariables<T>(use: (variables: VariablesBundle | null) => Promise<T>): Promise<T> {
    const variables = await openVariables(this.directory, this.root);
    try {
      return await use(variables);
    } finally {
      await variables?.close();
    }
  }
}

function no(reason: string): RowReport {
  return { independent: false, reason };
}

async function asLoadError<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isFault = error instanceof SavedModelError || error instanceof KerasError;
    throw isFault ? new EngineError('load', error.message) : error;
  }
}
