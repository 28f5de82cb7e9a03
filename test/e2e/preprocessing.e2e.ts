import { createHash } from 'node:crypto';
import { sharp } from '../../src/images/sharp.js';
import { encodePng } from '../../src/preprocessing/encode.js';
import { noise } from '../../src/preprocessing/noise.fixture.js';
import { projectFile, TestServer } from './server.js';

/** Colours as the models get them, in 0…1, of solid pictures that do not depend on how they are resized. */
const RED = [1, 0, 0];

/** What a library makes of noise, in test/fixtures/fitted.json: bytes, or some fractions. */
interface Fitted {
  readonly resize: string;
  readonly resampling: string;
  readonly channels: number;
  readonly antialias?: boolean;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly sha256?: string;
  readonly values?: string;
  readonly step?: number;
}

describe('preprocessing', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: {
        echo: 'echo',
        tf: 'echo',
        caffe: 'echo',
        torch: 'echo',
        raw: 'echo',
        own: 'echo',
        nchw: 'echo_nchw',
        grey: 'echo_grey',
        rgba: 'echo_rgba',
        uint8: 'echo_uint8',
        any: 'echo_any',
        opencv: 'echo',
        tensorflow: 'echo',
        fractions: 'echo_uint8',
        fit: 'echo_any',
        pad: 'echo_any',
        keras_crop: 'echo_any',
        keras_pad: 'echo_any',
        wrong_library: 'echo',
        wrong_size: 'echo',
        wrong_key: 'echo',
        wrong_value: 'echo',
        broken_yaml: 'echo',
      },
      yaml: {
        tf: 'task: tensor\npreprocessing: { scale: tf }',
        caffe: 'preprocessing: { scale: caffe }',
        torch: 'preprocessing: { scale: torch }',
        raw: 'preprocessing: { scale: raw }',
        own: 'preprocessing: { colour: bgr, scale: { scale: 2, mean: [1, 2, 3], std: 10 } }',
        nchw: 'preprocessing: { layout: nchw }', // [?, 3, 4, 4] could be four channels last as well.
        any: 'preprocessing: { size: [2, 3] }',
        opencv: 'preprocessing: { resampling: opencv.area, scale: raw }',
        tensorflow: 'preprocessing: { resampling: tensorflow.bilinear, scale: raw }',
        fractions: 'preprocessing: { resampling: tensorflow.bilinear }',
        fit: 'preprocessing: { size: 32, resize: fit, resampling: lanczos, pillow: 13, scale: raw }',
        pad: 'preprocessing: { size: 32, resize: pad, pillow: 13, scale: raw }',
        keras_crop: 'preprocessing: { size: 32, resize: keras-crop, scale: raw }',
        keras_pad: 'preprocessing: { size: 32, resize: keras-pad, pad: "#636363", scale: raw }',
        wrong_library: 'preprocessing: { resize: fit, resampling: tensorflow.bilinear }',
        wrong_size: 'preprocessing: { size: 5 }',
        wrong_key: 'preprocesing: { size: 4 }',
        wrong_value: 'preprocessing: { resize: squeeze }',
        broken_yaml: 'preprocessing: { size: ',
      },
    });
  });
  afterAll(() => server.stop());

  const tensor = async (model: string, file: string): Promise<number[][][]> => {
    const bytes = await projectFile(`test/fixtures/images/${file}`);
    const response = await server.postRaw(`/models/${model}/predict`, bytes, 'image/png');
    return ((await response.json()) as { prediction: number[][][] }).prediction;
  };
  const firstPixel = async (model: string, file = 'red.png'): Promise<number[]> =>
    (await tensor(model, file))[0]![0]!;

  it('makes 0…1 in RGB of a picture where nothing else is said', async () => {
    const pixels = await tensor('echo', 'red.png');
    expect(pixels).toEqual(Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => RED)));
  });

  it.each([
    ['tf', [1, -1, -1]],
    ['caffe', [-103.939, -116.779, 255 - 123.68]],
    ['torch', [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]],
    ['raw', [255, 0, 0]],
    ['own', [-0.1, -0.2, (255 * 2 - 3) / 10]],
  ])('gives what training gave for %s', async (model, expected) => {
    const pixel = await firstPixel(model);
    for (const [channel, value] of expected.entries()) expect(pixel[channel]).toBeCloseTo(value, 4);
  });

  it('lays out NCHW where the input has it', async () => {
    const planes = await tensor('nchw', 'red.png');
    expect(planes.map((plane) => plane.flat().every((value) => value === plane[0]![0]))).toEqual([
      true,
      true,
      true,
    ]);
    expect(planes.map((plane) => plane[0]![0])).toEqual(RED);
  });

  it.each([
    // Of four pixels 0, 1, 8 and 9: OpenCV rounds their average, TensorFlow does not.
    ['opencv', 5],
    ['tensorflow', 4.5],
  ])('resamples as another library does where model.yaml names it: %s', async (model, average) => {
    const data = Uint8Array.from({ length: 192 }, (_, index) => Math.floor(index / 3));
    const picture = await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toBuffer();
    const response = await server.postRaw(`/models/${model}/predict`, picture, 'image/png');
    const { prediction } = (await response.json()) as { prediction: number[][][] };
    expect(prediction[0]!.map(([red]) => red)).toEqual([0, 2, 4, 6].map((more) => average + more));
    expect(prediction[3]![3]).toEqual([average + 54, average + 54, average + 54]);
  });

  it('makes grey, RGBA and uint8 where the input asks for them', async () => {
    const [luma] = await firstPixel('grey');
    expect(luma).toBeCloseTo(76 / 255, 2); // 0.299 · 255
    expect(await firstPixel('rgba')).toEqual([...RED, 1]);
    expect(await firstPixel('uint8')).toEqual([255, 0, 0]);
  });

  it('takes the size from model.yaml where the signature leaves it open', async () => {
    const pixels = await tensor('any', 'red.png');
    expect([pixels.length, pixels[0]!.length]).toEqual([2, 3]);
  });

  it.each([
    ['fit', 'fit', 'lanczos'],
    ['pad', 'pad', 'bicubic'],
    ['keras_crop', 'keras-crop', 'tensorflow.bilinear'],
    ['keras_pad', 'keras-pad', 'tensorflow.bilinear'],
  ])(
    'keeps proportions as the library does that resize: %s is named after',
    async (model, resize, filter) => {
      const { cases } = JSON.parse((await projectFile('test/fixtures/fitted.json')).toString()) as {
        cases: readonly Fitted[];
      };
      const ofModel = cases.filter(
        ({ channels, antialias, to, ...one }) =>
          one.resize === resize &&
          one.resampling === filter &&
          channels === 3 &&
          !antialias &&
          to[0] === 32 &&
          to[1] === 32,
      );
      expect(ofModel.map(({ from }) => from)).toEqual([
        [33, 31],
        [61, 20],
        [20, 61],
        [1, 5],
      ]);
      for (const { from, sha256, values, step } of ofModel) {
        const response = await server.postRaw(
          `/models/${model}/predict`,
          await encodePng(noise(...from, 3)),
          'image/png',
        );
        const made = ((await response.json()) as { prediction: number[][][] }).prediction.flat(2);
        const digest = createHash('sha256').update(Uint8Array.from(made)).digest('hex');
        const theirs = new Float32Array(Uint8Array.from(Buffer.from(values ?? '', 'base64')).buffer);
        const off = theirs.map((value, index) => Math.abs(value - made[index * step!]!));
        expect({ from, digest: sha256 && digest, isOff: Math.max(0, ...off) > 0.001 }).toEqual({
          from,
          digest: sha256,
          isOff: false,
        });
      }
    },
  );

  it('turns pictures upright as their EXIF orientation says', async () => {
    const upright = await tensor('echo', 'upright.png');
    for (let orientation = 1; orientation <= 8; orientation++) {
      const pixels = (await tensor('echo', `orientation-${orientation}.jpg`)).flat(2);
      for (const [index, value] of upright.flat(2).entries())
        expect(Math.abs(pixels[index]! - value)).toBeLessThan(0.08);
    }
  });

  it.each([
    'grey.jpg',
    'grey.png',
    'grey-alpha.png',
    'grey-16bit.png',
    'palette.png',
    'rgba.png',
    'rgb-16bit.png',
    'progressive.jpg',
    'alpha-lossless.webp',
    'animated.webp',
  ])('decodes %s to pixels in 0…1', async (file) => {
    const pixels = (await tensor('echo', file)).flat(2);
    expect(pixels).toHaveLength(48);
    for (const value of pixels) expect(value >= 0 && value <= 1).toBe(true);
  });

  it('decodes CMYK to the colours that were printed', async () => {
    const [r, g, b] = await firstPixel('echo', 'cmyk-red.jpg');
    expect(r).toBeGreaterThan(0.8);
    expect(Math.max(g!, b!)).toBeLessThan(0.3);
  });

  it.each([
    ['wrong_size', /5.*4|4.*5/],
    [
      'wrong_key',
      'models/wrong_key/model.yaml: Expected one of task, signature, input, output, labels, logits, preprocessing, encoding, topK, maxPixels, batching, allowOps, optimise, engine, upstream, sha256, goldens, versions, versionLabels, keepAlive, canary, shadow as a key but received "preprocesing".',
    ],
    [
      'wrong_value',
      'models/wrong_value/model.yaml: Expected one of stretch, crop, letterbox, keras-crop, keras-pad, fit, pad for preprocessing.resize but received "squeeze".',
    ],
    [
      'fractions',
      /^Expected tensorflow\.nearest, or .* for preprocessing\.resampling but received "tensorflow\.bilinear"\.$/,
    ],
    [
      'wrong_library',
      /^Expected one of Pillow's filters \(fit is its ImageOps\.fit\) for preprocessing\.resampling but received "tensorflow\.bilinear"\.$/,
    ],
    ['broken_yaml', /^Expected YAML in models\/broken_yaml\/model\.yaml/],
  ])('refuses at load a model.yaml with %s, in one sentence', async (name, sentence) => {
    const model = (await (await server.fetch(`/models/${name}`)).json()) as { state: string; error: string };
    expect(model.state).toBe('END');
    expect(model.error).toMatch(sentence);
    expect(model.error).not.toMatch('\n');
  });
});
