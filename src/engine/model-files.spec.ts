import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findModelFile } from './model-files.js';

describe("The model in a version's folder", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'version-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function found(...files: readonly string[]): Promise<unknown> {
    for (const file of files) {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), '');
    }
    const model = await findModelFile(directory);
    return model.kind === 'none' ? model.fault : [model.kind, model.file, ...model.unused];
  }

  it.each<[string[], string[]]>([
    [
      ['saved_model.pb', 'variables/variables.index', 'keras_metadata.pb'],
      ['saved-model', 'saved_model.pb'],
    ],
    [['model.keras'], ['keras', 'model.keras']],
    [
      ['model.h5', 'labels.txt'],
      ['keras', 'model.h5'],
    ],
    [
      ['keras_model.h5', 'labels.txt', 'picture.png'],
      ['keras', 'keras_model.h5'],
    ],
    [
      ['My Model.KERAS', '.hidden.keras', 'README.md'],
      ['keras', 'My Model.KERAS'],
    ],
    [
      ['best.hdf5', 'model.weights.h5'],
      ['keras', 'best.hdf5'],
    ],
    [
      ['model.keras', 'saved_model.pb'],
      ['keras', 'model.keras', 'saved_model.pb'],
    ],
    [
      ['checkpoint.h5', 'saved_model.pb'],
      ['saved-model', 'saved_model.pb', 'checkpoint.h5'],
    ],
    [['saved_model.pbtxt'], ['saved-model', 'saved_model.pbtxt']],
  ])('is told by the names: %s', async (files, model) => {
    expect(await found(...files)).toEqual(model);
  });

  it.each<[string[], RegExp]>([
    [
      ['a.keras', 'b.h5'],
      /^There are 2 Keras files in the version's folder, a\.keras and b\.h5: leave the one/,
    ],
    [
      ['model.keras', 'model.h5'],
      /^There are 2 Keras files in the version's folder, model\.h5 and model\.keras: /,
    ],
    [
      ['flowers/saved_model.pb'],
      /^saved_model\.pb lies one folder too deep, in flowers: move what is in flowers up/,
    ],
    [['a/b/model.keras'], /^model\.keras lies two folders too deep, in a\/b: /],
    [['model.weights.h5'], /^model\.weights\.h5 holds weights alone, .*model\.save\("model\.keras"\)\.$/],
    [['Saved_Model.pb'], /^Saved_Model\.pb is not called saved_model\.pb, in small letters; rename it\.$/],
    [['model.tflite', 'labels.txt'], /^model\.tflite is a TensorFlow Lite model, /],
    [['model_unquant.tflite'], /^model_unquant\.tflite is a TensorFlow Lite model, /],
    [['model.onnx'], /^model\.onnx is an ONNX model, .*engine: upstream/],
    [['converted_keras.zip'], /^converted_keras\.zip is an archive; unpack it, /],
    [['model.tar.gz'], /^model\.tar\.gz is an archive; unpack it, /],
    [['best.pt'], /^best\.pt is a PyTorch model, /],
    [['model.json', 'weights.bin', 'metadata.json'], /^model\.json is of a TensorFlow\.js model, /],
    [['graph.pbtxt'], /^graph\.pbtxt is a graph as text, /],
    [['frozen_inference_graph.pb'], /^frozen_inference_graph\.pb is not called saved_model\.pb; /],
    [['model.ckpt.index', 'model.ckpt.data-00000-of-00001', 'checkpoint'], /is of a checkpoint, /],
    [
      ['config.json', 'metadata.json', 'model.weights.h5'],
      /are what is in a \.keras file; put that file itself here/,
    ],
    [['variables/variables.index'], /^The version's folder has variables without their saved_model\.pb: /],
    [['a.txt', 'b.jpg'], /^The version's folder has no model, but a\.txt and b\.jpg: put saved_model\.pb /],
    [[], /^The version's folder is empty: put saved_model\.pb /],
  ])('is missing, and what is there is named, with what to do: %s', async (files, fault) => {
    const sentence = await found(...files);
    expect(sentence).toMatch(fault);
    expect(sentence).toMatch(/^[^\n]{20,400}\.$/);
  });
});
