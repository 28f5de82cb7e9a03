import { validateSync } from 'class-validator';
import { ServingError } from '../errors/serving-error.js';
import type { RequestBody } from '../http/body/request-body.js';
import { fieldErrors, invalid } from '../http/errors/invalid.js';
import { decodeBase64 } from './base64.js';
import { PredictBody } from './dto/predict-body.dto.js';

/** What a prediction is made from, whatever form it came in. */
export type PredictInput =
  | { readonly kind: 'picture'; readonly picture: Uint8Array }
  /** A picture that cannot even be read from the body stands as its error, and does not spoil the others. */
  | { readonly kind: 'pictures'; readonly pictures: readonly (Uint8Array | ServingError)[] }
  | { readonly kind: 'input'; readonly value: unknown }
  | { readonly kind: 'instances'; readonly values: readonly unknown[] };

const FIELDS = ['image', 'images', 'input', 'instances'] as const;
const FORM_FIELD = 'image';

/** @throws ServingError IMAGE_MISSING, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, FIELD_INVALID, TOO_MANY_IMAGES */
export function predictInputOf(body: RequestBody, maxImages: number): PredictInput {
  switch (body.kind) {
    case 'none':
      throw imageMissing();
    case 'raw':
      if (body.bytes.length === 0) throw imageMissing();
      return { kind: 'picture', picture: body.bytes };
    case 'files': {
      const stranger = body.files.find(({ field }) => field !== FORM_FIELD);
      if (stranger) {
        const message = `is not a field of this form; name it "${FORM_FIELD}"`;
        throw invalid([{ field: stranger.field, message }]);
      }
      const [first, ...others] = body.files.map(({ bytes }) => bytes);
      if (!first) throw imageMissing();
      return others.length === 0
        ? { kind: 'picture', picture: first }
        : { kind: 'pictures', pictures: [first, ...others] };
    }
    case 'json':
      return fromJson(readEnvelope(body.value), maxImages);
  }
}

function fromJson({ image, images, input, instances }: PredictBody, maxImages: number): PredictInput {
  if (image !== undefined) return { kind: 'picture', picture: decodeBase64(image) };
  if (images !== undefined) {
    if (images.length > maxImages) throw tooManyImages(maxImages, images.length);
    return { kind: 'pictures', pictures: images.map(decodeOrError) };
  }
  return instances === undefined ? { kind: 'input', value: input } : { kind: 'instances', values: instances };
}

function decodeOrError(image: unknown): Uint8Array | ServingError {
  if (typeof image !== 'string')
    return new ServingError('FIELD_INVALID', 'The picture must be a text of base64.');
  try {
    return decodeBase64(image);
  } catch (error) {
    if (error instanceof ServingError) return error;
    throw error;
  }
}

/**
 * Holds the JSON's outer object against the DTO. Not through `plainToInstance`, which would copy every number of a
 * tensor; what is inside `input` and `instances` is read once, when it is written into a typed array.
 */
function readEnvelope(value: unknown): PredictBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
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
  if (given.length > 1) {
    throw invalid(
      given.map(([field]) => ({
        field,
        message: `stands beside another field; send one of ${FIELDS.join(', ')}`,
      })),
    );
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

function imageMissing(): ServingError {
  const sentence = `There is no picture. Send one as the multipart field "${FORM_FIELD}", as the body with Content-Type image/jpeg, or as base64 in {"image": …}.`;
  return new ServingError('IMAGE_MISSING', sentence);
}
