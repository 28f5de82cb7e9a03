import { validateSync } from 'class-validator';
import { type FieldError, ServingError } from '../errors/serving-error.js';
import { isList, NumberList } from '../json/number-list.js';
import type { Form, RequestBody } from '../http/body/request-body.js';
import { fieldErrors, invalid } from '../http/errors/invalid.js';
import { inSlices, type Steps } from '../turns/slices.js';
import { isBytesObject, pictureSteps } from './base64.js';
import { PredictBody } from './dto/predict-body.dto.js';

/** Values of a model's inputs by name, as JSON has them. */
export type NamedValues = Readonly<Record<string, unknown>>;

/** What a prediction is made from, whatever form it came in. */
export type PredictInput =
  | { readonly kind: 'picture'; readonly picture: Uint8Array; readonly beside?: NamedValues | undefined }
  /** A picture that cannot even be read from the body stands as its error, and does not spoil the others. */
  | {
      readonly kind: 'pictures';
      readonly pictures: readonly (Uint8Array | ServingError)[];
      readonly beside?: NamedValues | undefined;
    }
  | { readonly kind: 'input'; readonly value: unknown }
  | { readonly kind: 'instances'; readonly values: readonly unknown[] | NumberList };

/** Reads the JSON of a form's field. @param what it is, for error texts */
export type ReadJson = (bytes: Buffer, what: string) => Promise<unknown>;

const FIELDS = ['image', 'images', 'input', 'inputs', 'instances'] as const;
const FORM_FIELD = 'image';
/** Has the model's inputs by name: beside a picture the other ones. */
const NAMED_FIELD = 'inputs';

/** @throws ServingError IMAGE_MISSING, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, FIELD_INVALID, TOO_MANY_IMAGES, BODY_UNREADABLE */
export async function predictInputOf(
  body: RequestBody,
  maxImages: number,
  readJson: ReadJson,
  signal?: AbortSignal,
): Promise<PredictInput> {
  switch (body.kind) {
    case 'none':
      throw imageMissing();
    case 'raw':
      if (body.bytes.length === 0) throw imageMissing();
      return { kind: 'picture', picture: body.bytes };
    case 'form':
      return fromForm(body, maxImages, readJson);
    case 'json':
      return inSlices(fromJson(readEnvelope(body.value), maxImages), signal);
  }
}

async function fromForm(
  { files, texts }: Form,
  maxImages: number,
  readJson: ReadJson,
): Promise<PredictInput> {
  const pictures = files.filter(({ field }) => field === FORM_FIELD).map(({ bytes }) => bytes);
  const [first, ...others] = pictures;
  if (!first) throw imageMissing([...files, ...texts].map(({ field }) => field));
  const strangers = new Set([
    ...files.flatMap(({ field }) => (field === FORM_FIELD || field === NAMED_FIELD ? [] : [field])),
    ...texts.flatMap(({ field }) => (field === NAMED_FIELD ? [] : [field])),
  ]);
  if (strangers.size > 0) throw invalid(Array.from(strangers, strangeField));
  if (pictures.length > maxImages) throw tooManyImages(maxImages, pictures.length);
  const beside = await namedValuesOf(readJson, [
    ...files.flatMap(({ field, bytes }) => (field === NAMED_FIELD ? [Buffer.from(bytes)] : [])),
    ...texts.map(({ text }) => Buffer.from(text)),
  ]);
  return others.length === 0
    ? { kind: 'picture', picture: first, beside }
    : { kind: 'pictures', pictures, beside };
}

function strangeField(field: string): FieldError {
  const message =
    field === FORM_FIELD
      ? 'stands once more as a text; send pictures as files'
      : `is not a field of this form, which takes files "${FORM_FIELD}" and JSON as "${NAMED_FIELD}"; options such as topK go into the query`;
  return { field, message };
}

/** What the form's field `inputs` says; `undefined` where there is none. */
async function namedValuesOf(
  readJson: ReadJson,
  [json, another]: readonly Buffer[],
): Promise<NamedValues | undefined> {
  if (another) throw invalid([{ field: NAMED_FIELD, message: 'is sent more than once' }]);
  return json && namedValues(await readJson(json, `The field "${NAMED_FIELD}"`));
}

function namedValues(value: unknown): NamedValues {
  if (isNamed(value)) return value;
  const message = 'must be an object of values by the names of the model\'s inputs, such as {"age": 3}';
  throw invalid([{ field: NAMED_FIELD, message }]);
}

/** Whether a JSON value is an object of values by name, rather than bytes or an array. */
export function isNamed(value: unknown): value is NamedValues {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof NumberList) && !isBytesObject(value);
}

function* fromJson(
  { image, images, input, inputs, instances }: PredictBody,
  maxImages: number,
): Steps<PredictInput> {
  const beside = inputs === undefined ? undefined : () => namedValues(inputs);
  if (image !== undefined)
    return { kind: 'picture', picture: yield* pictureSteps(image), beside: beside?.() };
  if (images !== undefined) return { ...(yield* picturesOf(asTexts(images), maxImages)), beside: beside?.() };
  if (instances !== undefined) return { kind: 'instances', values: instances };
  return { kind: 'input', value: input ?? inputs };
}

/** Numbers are none. */
function asTexts(images: readonly unknown[] | NumberList): readonly unknown[] {
  return images instanceof NumberList ? Array.from({ length: images.length }) : images;
}

/**
 * Several pictures as JSON carries them, each as base64 or as `{"b64": …}`.
 * @throws ServingError TOO_MANY_IMAGES
 */
export function* picturesOf(
  values: readonly unknown[],
  maxImages: number,
): Steps<Extract<PredictInput, { kind: 'pictures' }>> {
  if (values.length > maxImages) throw tooManyImages(maxImages, values.length);
  const pictures: (Uint8Array | ServingError)[] = [];
  for (const value of values) {
    pictures.push(yield* decodeOrError(value));
    yield;
  }
  return { kind: 'pictures', pictures };
}

/** @throws ServingError IMAGE_MISSING, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED; FIELD_INVALID where it is no text */
export function* pictureOf(value: unknown): Steps<Uint8Array> {
  const text = isBytesObject(value) ? value.b64 : value;
  if (typeof text !== 'string')
    throw new ServingError('FIELD_INVALID', 'The picture must be a text of base64.');
  return yield* pictureSteps(text);
}

function* decodeOrError(image: unknown): Steps<Uint8Array | ServingError> {
  try {
    return yield* pictureOf(image);
  } catch (error) {
    if (error instanceof ServingError) return error;
    throw error;
  }
}

/**
 * Holds the JSON's outer object against the DTO. Not through `plainToInstance`, which would copy every number of a
 * tensor; what is inside `input`, `inputs` and `instances` is read once, when it is written into a typed array.
 */
function readEnvelope(value: unknown): PredictBody {
  if (typeof value !== 'object' || value === null || isList(value)) {
    throw invalid([{ field: '', message: `the body must be an object with one of ${FIELDS.join(', ')}` }]);
  }
  const given = Object.entries(value).filter(([, content]) => content !== null && content !== undefined);
  const body = new PredictBody();
  for (const [field, content] of given) {
    if (!isField(field))
      throw invalid([{ field, message: `is not a field of this body; send one of ${FIELDS.join(', ')}` }]);
    (body as Record<string, unknown>)[field] = content;
  }
  if (given.length === 0) throw imageMissing();
  const hasPicture = body.image !== undefined || body.images !== undefined;
  const alone = given.filter(([field]) => field !== NAMED_FIELD || !hasPicture);
  if (alone.length > 1) {
    const message = `stands beside another field; send one of ${FIELDS.join(', ')}, or a picture with ${NAMED_FIELD}`;
    throw invalid(alone.map(([field]) => ({ field, message })));
  }
  const faults = validateSync(body, { forbidUnknownValues: false });
  if (faults.length > 0) throw invalid(faults.flatMap(fieldErrors));
  return body;
}

function isField(name: string): boolean {
  return (FIELDS as readonly string[]).includes(name);
}

export function tooManyImages(most: number, sent: number): ServingError {
  return new ServingError('TOO_MANY_IMAGES', `Send ${most} pictures at most in one request, not ${sent}.`);
}

/** @param fields of a form that has no picture */
function imageMissing(fields?: readonly string[]): ServingError {
  const came = [...new Set(fields)].map((field) => JSON.stringify(field.slice(0, 100))).join(', ');
  const found = fields && (came === '' ? ': the form is empty' : `: the form has ${came}`);
  const asText = fields?.includes(FORM_FIELD) ? ', as a text; a file needs a file name' : '';
  const sentence = `There is no picture${found ?? ''}${asText}. Send one as a file in the multipart field "${FORM_FIELD}", as the body with Content-Type image/jpeg, or as base64 in {"image": …}.`;
  return new ServingError('IMAGE_MISSING', sentence);
}
