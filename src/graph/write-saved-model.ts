import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { GraphDefSchema } from '../saved-model/proto/graph_pb.js';
import {
  SaverDef_CheckpointFormatVersion,
  type SavedModel,
  SavedModelSchema,
  type SignatureDef,
  SignatureDefSchema,
  type TensorInfo,
  TensorInfoSchema,
} from '../saved-model/proto/saved_model_pb.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { writeBundle } from '../saved-model/write-bundle.js';
import { type FlatGraph, TAG } from './flat-graph.js';
import { withLargeWeightsAsVariables } from './large-weights.js';
import { shapeProto } from './nodes.js';

/** A protobuf holds less than 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;

/** The version of graphs that TensorFlow 2.13 writes; later ones read it as they read their own. */
const PRODUCER = 1482;

/**
 * Writes a flat graph as a SavedModel into `directory`, which exists and is empty. Its large weights become variables.
 * @throws RangeError if the others are more than one protobuf can hold, 2 GiB
 */
export async function writeSavedModel(graph: FlatGraph, directory: string): Promise<void> {
  const { nodes, variables, saver } = withLargeWeightsAsVariables(graph.nodes);
  if (variables.length > 0) await writeBundle(variables, directory);
  const savedModel = create(SavedModelSchema, {
    savedModelSchemaVersion: 1n,
    metaGraphs: [
      {
        metaInfoDef: { tags: [TAG] },
        graphDef: create(GraphDefSchema, { node: [...nodes], versions: { producer: PRODUCER } }),
        signatureDef: Object.fromEntries([...graph.signatures].map(([name, it]) => [name, signatureDef(it)])),
        ...(saver && {
          saverDef: {
            filenameTensorName: saver.filename,
            restoreOpName: saver.restoreOp,
            version: SaverDef_CheckpointFormatVersion.V2,
          },
        }),
      },
    ],
  });
  await writeProto(savedModel, directory);
}

export async function writeProto(savedModel: SavedModel, directory: string): Promise<void> {
  const bytes = toBinary(SavedModelSchema, savedModel);
  if (bytes.length > MAX_BYTES) throw new RangeError('The graph is larger than a SavedModel can be.');
  await writeFile(join(directory, 'saved_model.pb'), bytes);
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
