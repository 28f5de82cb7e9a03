import { fields, finite, list, type Reader, text, unexpected } from '../../config/expect.js';

/** The folder for them, in a model's folder or in a version's. */
export const GOLDENS = 'goldens';

/** How far what comes out may be off. */
export interface GoldenTolerance {
  /** Of every value of the input tensor, in levels of 0…255: by so much a pixel would have to change. */
  readonly pixels: number;
  /** Of every probability. */
  readonly probabilities: number;
}

/** JPEG decoders differ by one level; a wrong filter by tens. */
export const DEFAULT_TOLERANCE: GoldenTolerance = { pixels: 1, probabilities: 0.01 };

/** By index, by label, or the name of a file as `numpy.save` writes it. */
export type GivenProbabilities = readonly number[] | Readonly<Record<string, number>> | string;

/** What a picture is expected to give: an entry of `goldens:` in `model.yaml`, or the JSON file beside the picture. */
export interface GoldenConfig {
  /** The picture, relative to the model's folder. */
  readonly image: string;
  readonly label: string;
  readonly probabilities: GivenProbabilities;
  /** The model's input, as `numpy.save` writes it. */
  readonly tensor: string;
  readonly tolerance: Partial<GoldenTolerance>;
}

/** A picture and what training made of it. */
export interface Golden {
  /** As its user knows it: `goldens/daisy.jpg`. */
  readonly name: string;
  /** Path of the picture. */
  readonly picture: string;
  readonly label?: string;
  /** A text is a path. */
  readonly probabilities?: GivenProbabilities;
  /** Path of the input. */
  readonly tensor?: string;
  readonly tolerance: GoldenTolerance;
}

const notNegative: Reader<number> = (value, name) => {
  const number = finite()(value, name);
  if (number < 0) throw unexpected('a number from 0 on', name, value);
  return number;
};

const probabilities: Reader<GivenProbabilities> = (value, name) => {
  if (typeof value === 'string') return text()(value, name);
  if (Array.isArray(value)) return list(finite())(value, name);
  if (typeof value !== 'object' || value === null)
    throw unexpected('a list of numbers, numbers by label, or the name of an .npy file', name, value);
  return Object.fromEntries(
    Object.entries(value).map(([label, number]) => [label, finite()(number, `${name}.${label}`)]),
  );
};

/** One golden; that it expects anything is for `find-goldens.ts` to see, which knows what lies beside the picture. */
export const readGolden: Reader<Partial<GoldenConfig>> = fields<GoldenConfig>({
  image: text(),
  label: text(),
  probabilities,
  tensor: text(),
  tolerance: fields<GoldenTolerance>({ pixels: notNegative, probabilities: notNegative }),
});

export const readGoldens: Reader<readonly Partial<GoldenConfig>[]> = list(readGolden);
