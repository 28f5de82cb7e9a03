import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { GraphDefSchema } from '../saved-model/proto/graph_pb.js';
import {
  type SavedModel,
  SavedModelSchema,
  type SignatureDef,
  SignatureDefSchema,
  type TensorInfo,
  TensorInfoSchema,
} from '../saved-model/proto/saved_model_pb.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { type FlatGraph, NotFlatError } from './flat-graph.js';
import { shapeProto } from './nodes.js';

/** The tag by which what was written here is loaded. */
export const TAG = 'serve';

/** What a protobuf may hold is less than 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;

/** The version of graphs that TensorFlow 2.13 writes; later ones read it as they read their own. */
const PRODUCER = 1482;

/**
 * Writes a flat graph as a SavedModel without variables into `directory`, which exists.
 * @throws NotFlatError if it is larger than a SavedModel without variables can be
 */
export async function writeSavedModel(graph: FlatGraph, directory: string): Promise<void> {
  const bytes = graph.nodes.reduce((sum, { attr }) => {
    const value = attr['value']?.value;
    return sum + (value?.case === 'tensor' ? value.value.tensorContent.length : 0);
  }, 0);
  if (bytes > MAX_BYTES * 0.98)
    throw new NotFlatError('Its variables are more than one graph can hold, 2 GiB.');
  const savedModel = create(SavedModelSchema, {
    savedModelSchemaVersion: 1n,
    metaGraphs: [
      {
        metaInfoDef: { tags: [TAG] },
        graphDef: create(GraphDefSchema, { node: [...graph.nodes], versions: { producer: PRODUCER } }),
        signatureDef: Object.fromEntries([...graph.signatures].map(([name, it]) => [name, signatureDef(it)])),
      },
    ],
  });
  await writeProto(savedModel, directory);
}

export async function writeProto(savedModel: SavedModel, directory: string): Promise<void> {
  await writeFile(join(directory, 'saved_model.pb'), toBinary(SavedModelSchema, savedModel));
}

function signatureDef({ inputs, outputs, methodName }: SavedSignature): SignatureDef {
  return create(SignatureDefSchema, { inputs: infos(inputs), outputs: infos(outputs), methodName });
}

function infos(tensors: readonly SavedTensor[]): Record<string, TensorInfo> {
  return Object.fromEntries(
    tensors.map(({ name, dataType, shape, nodes }) => [
      name,
      create(TensorInfoSchema, {
        encoding: { case: 'name', value: nodes[0]! },
        dtype: dataType,
        tensorShape: shapeProto(shape),
      }),
    ]),
  );
}
