import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { decode } from './decode.js';
import type { FunctionDef, GraphDef, NodeDef } from './proto/graph_pb.js';
import { type MetaGraphDef, type SavedModel, SavedModelSchema } from './proto/saved_model_pb.js';
import { MAX_SAVED_MODEL_BYTES } from './most-bytes.js';
import { openRegularFile, readRegularFile } from './regular-file.js';
import { quote, SavedModelError } from './saved-model.errors.js';
import { readSignature, type SavedSignature } from './signature.js';

const FILE = 'saved_model.pb';

const BESIDES = ['fingerprint.pb', 'debug/saved_model_debug_info.pb'];

const SERVE = 'serve';

/** A parsed `saved_model.pb`. The protos belong to whoever reads the file: they are read and may be rewritten. */
export interface SavedModelFile {
  readonly savedModel: SavedModel;
  /** The meta graph for serving: the first that has the tag `serve`. */
  readonly metaGraph: MetaGraphDef;
  /** All its tags; TensorFlow finds it by exactly these. */
  readonly tags: readonly string[];
  /** By name, with those that TensorFlow keeps for itself, such as `__saved_model_init_op`. */
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  readonly graph: GraphDef;
  /** The function library, by name. */
  readonly functions: ReadonlyMap<string, FunctionDef>;
}

/**
 * Reads the SavedModel in `directory`: its graph, not its variables.
 * @param root the folder that no link may lead out of
 * @throws SavedModelError
 */
export async function readSavedModel(directory: string, root = directory): Promise<SavedModelFile> {
  // TensorFlow 2.15 and later prefers this one, a SavedModel in pieces, so that what is checked would not be what runs.
  if (await exists(directory, 'saved_model.cpb')) {
    throw new SavedModelError(
      'saved_model.cpb',
      'is a SavedModel in pieces, which this server does not read',
    );
  }
  const bytes = await readRegularFile(directory, FILE, MAX_SAVED_MODEL_BYTES, root);
  if (bytes) {
    const model = parseSavedModel(bytes);
    await checkBesides(directory, model.metaGraph, root);
    return model;
  }
  if (await exists(directory, 'saved_model.pbtxt')) {
    throw new SavedModelError(
      'saved_model.pbtxt',
      'is a SavedModel as text, which this server does not read',
    );
  }
  throw new SavedModelError(FILE, 'is missing, and there is no model.keras or model.h5 instead');
}

/**
 * Parses the bytes of a `saved_model.pb`; the result looks into them.
 * @throws SavedModelError
 */
export function parseSavedModel(bytes: Uint8Array): SavedModelFile {
  if (bytes.length === 0) throw new SavedModelError(FILE, 'is empty');
  const savedModel = decode(SavedModelSchema, bytes, FILE, 'a SavedModel');
  const metaGraph = savedModel.metaGraphs.find(({ metaInfoDef }) => metaInfoDef?.tags.includes(SERVE));
  if (!metaGraph) throw new SavedModelError(FILE, `has no meta graph with the tag "${SERVE}"`);
  const tags = metaGraph.metaInfoDef?.tags ?? [];
  // Tags are handed on joined by commas; one that has a comma would name another meta graph than this.
  const odd = tags.find((tag) => !/^[\w.:/-]+$/.test(tag));
  if (odd !== undefined) throw new SavedModelError(FILE, `has a meta graph with the odd tag ${quote(odd)}`);
  const graph = metaGraph.graphDef;
  if (!graph) throw new SavedModelError(FILE, 'has a meta graph without a graph');
  checkAssets(metaGraph);
  checkNames(graph.node, 'the graph');
  return {
    savedModel,
    metaGraph,
    tags,
    signatures: new Map(
      Object.entries(metaGraph.signatureDef).map(([name, def]) => [name, readSignature(def)]),
    ),
    graph,
    functions: readFunctions(graph),
  };
}

/** What TensorFlow opens by itself beside the graph and its variables. */
async function checkBesides(directory: string, { assetFileDef }: MetaGraphDef, root: string): Promise<void> {
  const assets = assetFileDef.map(({ filename }) => `assets/${filename}`);
  for (const file of [...BESIDES, ...assets]) {
    const opened = await openRegularFile(directory, file, MAX_SAVED_MODEL_BYTES, root);
    await opened?.handle.close();
  }
}

/** TensorFlow joins an asset's name to its folder as it is. */
function checkAssets({ assetFileDef }: MetaGraphDef): void {
  for (const { filename } of assetFileDef) {
    if (/^\/|\\|\0|(^|\/)\.\.(\/|$)/.test(filename)) {
      throw new SavedModelError(FILE, `names the asset ${quote(filename)}, which is outside its folder`);
    }
  }
}

function readFunctions({ library }: GraphDef): ReadonlyMap<string, FunctionDef> {
  const functions = new Map<string, FunctionDef>();
  for (const definition of library?.function ?? []) {
    const name = definition.signature?.name ?? '';
    if (name === '') throw new SavedModelError(FILE, 'has a function without a name');
    if (functions.has(name)) throw new SavedModelError(FILE, `has two functions ${quote(name)}`);
    checkNames(definition.nodeDef, `the function ${quote(name)}`);
    functions.set(name, definition);
  }
  return functions;
}

function checkNames(nodes: readonly NodeDef[], where: string): void {
  const names = new Set<string>();
  for (const { name } of nodes) {
    if (names.has(name)) throw new SavedModelError(FILE, `has two nodes ${quote(name)} in ${where}`);
    names.add(name);
  }
}

async function exists(directory: string, file: string): Promise<boolean> {
  return stat(join(directory, file)).then(
    () => true,
    () => false,
  );
}
