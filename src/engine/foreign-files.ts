const ELSEWHERE = 'or have another server run it (engine: upstream in model.yaml)';

/** Files of models that this server does not read, by their names: what each is, and what to do. The first that fits tells. */
const FOREIGN: readonly (readonly [name: RegExp, what: string])[] = [
  [
    /\.weights\.(h5|hdf5)$/i,
    'holds weights alone, without the model; save the whole model with model.save("model.keras")',
  ],
  [/^saved_model\.pb$/i, 'is not called saved_model.pb, in small letters; rename it'],
  [
    /\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$/i,
    'is an archive; unpack it, so that saved_model.pb or the Keras file lies directly in this folder',
  ],
  [
    /\.(tflite|lite)$/i,
    'is a TensorFlow Lite model, which this server does not read; put the SavedModel or the Keras file here that it was converted from',
  ],
  [
    /\.onnx$/i,
    `is an ONNX model, which this server does not read; convert it to a SavedModel with onnx2tf, ${ELSEWHERE}`,
  ],
  [
    /^model.*\.json$|^group\d+-shard\d+of\d+/i,
    'is of a TensorFlow.js model, or describes one without its weights, neither of which this server reads; put the SavedModel or the Keras file here, whole as model.save("model.keras") writes it',
  ],
  [
    /\.(pt|pth|ptl|torchscript|safetensors)$|^pytorch_model.*\.bin$/i,
    `is a PyTorch model, which this server does not read; export it to ONNX and convert that to a SavedModel with onnx2tf, ${ELSEWHERE}`,
  ],
  [
    /\.pbtxt$/i,
    'is a graph as text, which this server does not read; save the model with tf.saved_model.save(), which writes saved_model.pb',
  ],
  [
    /\.pb$/i,
    'is not called saved_model.pb; a SavedModel is a file of that name with its folder variables, and a frozen graph has to be saved as one with tf.saved_model.save()',
  ],
  [
    /^checkpoint$|\.ckpt(\.|-|$)|\.index$|\.data-\d+-of-\d+$/i,
    'is of a checkpoint, which holds weights alone; save the whole model with model.export() or model.save("model.keras")',
  ],
  [
    /\.(mlmodel|mlpackage)$/i,
    `is a Core ML model, which this server does not read; put the SavedModel or the Keras file here that it was converted from`,
  ],
  [
    /\.(engine|plan|trt)$/i,
    `is a TensorRT engine, which this server does not read; put the SavedModel here that it was made of, ${ELSEWHERE}`,
  ],
  [
    /\.(pkl|pickle|joblib)$/i,
    'is a Python pickle, a program that this server does not run; save the model with model.save("model.keras")',
  ],
  [
    /\.(npz|npy)$/i,
    'holds arrays alone, without the model; save the whole model with model.save("model.keras")',
  ],
  [
    /\.(mar|caffemodel|prototxt|params|pdmodel|gguf)$/i,
    `is a model of another framework, which this server does not read; convert it to a SavedModel, ${ELSEWHERE}`,
  ],
];

/** The first of the files that is a model of a kind that is not read, as a sentence that says what to do; `undefined` if none is. */
export function foreignFile(names: readonly string[]): string | undefined {
  if (UNPACKED.every((name) => names.includes(name)))
    return `${UNPACKED.join(', ')} are what is in a .keras file; put that file itself here, without unpacking it.`;
  for (const [pattern, what] of FOREIGN) {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name !== undefined) return `${name} ${what}.`;
  }
  return undefined;
}

const UNPACKED = ['config.json', 'metadata.json', 'model.weights.h5'];
