import { realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type EdgedGraph, withEdges } from '../../graph/edges.js';
import { writeProto } from '../../graph/write-saved-model.js';
import { EngineError } from '../engine.js';
import { SavedModelSchema } from '../../saved-model/proto/saved_model_pb.js';
import type { SavedModelFile } from '../../saved-model/saved-model-file.js';
import type { ReadModel, SessionRequest } from './session-request.js';
import { Session } from './session.js';
import { isDiskFault, removeFolder, stage } from './staging.js';
import { FED, FETCHED } from './tensors.js';

/** What TensorFlow reads of a SavedModel besides its graph. */
const BESIDES = ['variables', 'assets'];

/**
 * Opens a SavedModel as it was exported. If the binding does not carry one of its dtypes, or if only a part of the model may run, TensorFlow is
 * given a copy of its graph with edges that the binding does carry, and of no more than that part, in a folder for the moment of loading.
 * @param place tags that say where TensorFlow is to run it, such as `ON_CPU`
 * @throws EngineError `load`
 */
export async function openOriginal(
  { runtime, directory, options }: SessionRequest,
  { model, signatures }: Pick<ReadModel, 'model' | 'signatures'>,
  place: readonly string[] = [],
): Promise<Session> {
  const saved = model.saved!;
  const { binding } = runtime;
  const tags = [...saved.tags, ...place];
  const edged = withEdges(saved.graph.node, signatures, { fed: FED, fetched: FETCHED, pixels: false });
  if (!edged.changed && model.isWhole) return Session.open(binding, directory, tags, edged.signatures);
  const real = await realpath(directory);
  const copy = await stage(options.cacheDirectory, 'edged-', (folder) =>
    writeCopy(folder, real, saved, edged),
  ).catch(notWritten);
  try {
    return Session.open(binding, copy.directory, tags, edged.signatures);
  } finally {
    await removeFolder(copy.directory);
  }
}

/** @throws EngineError `load` where nothing can be written */
function notWritten(error: unknown): never {
  if (!isDiskFault(error)) throw error;
  throw new EngineError(
    'load',
    `TensorFlow needs a copy of its graph, which can be written nowhere (${error.code}): let TENSORNEST_CACHE_DIR name a folder that can be.`,
  );
}

async function writeCopy(
  copy: string,
  directory: string,
  saved: SavedModelFile,
  edged: EdgedGraph,
): Promise<void> {
  const graphDef = { ...saved.graph, node: [...edged.nodes] };
  const metaGraph = { ...saved.metaGraph, graphDef };
  await writeProto(create(SavedModelSchema, { ...saved.savedModel, metaGraphs: [metaGraph] }), copy);
  for (const part of BESIDES) await symlink(join(directory, part), join(copy, part));
}
