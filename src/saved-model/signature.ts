import type { SignatureDef, TensorInfo } from './proto/saved_model_pb.js';
import type { DataType, TensorShapeProto } from './proto/tensor_pb.js';
import { dtypeName } from './dtypes.js';

/** A tensor that a signature takes or gives. */
export interface SavedTensor {
  readonly name: string;
  /** `float32`, `string`, …, as TensorFlow's Python names it; `dtype 77` if the number is unknown. */
  readonly dtype: string;
  readonly dataType: DataType;
  /** `null` in a shape is any size; a `null` shape is any rank. */
  readonly shape: readonly (number | null)[] | null;
  /**
   * The tensors of the graph that make it up, such as `serving_default_x:0`: one, but three of a sparse tensor
   * (values, indices, shape) and any number of a composite one.
   */
  readonly nodes: readonly string[];
}

/** An entry of the SavedModel's `signature_def`. Its tensors come in the file's order. */
export interface SavedSignature {
  readonly inputs: readonly SavedTensor[];
  readonly outputs: readonly SavedTensor[];
  readonly methodName: string;
}

export function readSignature({ inputs, outputs, methodName }: SignatureDef): SavedSignature {
  return { inputs: readTensors(inputs), outputs: readTensors(outputs), methodName };
}

function readTensors(infos: Readonly<Record<string, TensorInfo>>): SavedTensor[] {
  return Object.entries(infos).map(([name, info]) => {
    const dataType = info.dtype > FIRST_REFERENCE ? info.dtype - FIRST_REFERENCE : info.dtype;
    const shape = readShape(info.tensorShape);
    return { name, dtype: dtypeName(dataType), dataType, shape, nodes: graphTensors(info) };
  });
}

/** A reference to a variable of TensorFlow 1 has the number of what it refers to and this; whoever fetches it gets the value. */
const FIRST_REFERENCE = 100;

/** Reads a shape; any size that is not a whole number of elements, such as -1, is any size. */
export function readShape(shape: TensorShapeProto | undefined): readonly (number | null)[] | null {
  if (!shape || shape.unknownRank) return null;
  return shape.dim.map(({ size }) => (size < 0n || size > Number.MAX_SAFE_INTEGER ? null : Number(size)));
}

/** The names of the graph's tensors behind one of a signature. */
export function graphTensors({ encoding }: TensorInfo): string[] {
  switch (encoding.case) {
    case 'name':
      return [encoding.value];
    case 'cooSparse': {
      const { valuesTensorName, indicesTensorName, denseShapeTensorName } = encoding.value;
      return [valuesTensorName, indicesTensorName, denseShapeTensorName];
    }
    case 'compositeTensor':
      return encoding.value.components.flatMap(graphTensors);
    case undefined:
      return [];
  }
}
