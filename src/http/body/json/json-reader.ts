import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../../../config/config.module.js';
import type { Settings } from '../../../config/settings.js';
import { ServingError } from '../../../errors/serving-error.js';
import { type JsonLimits, JsonTooLargeError } from '../../../json/json-limits.js';
import type { JsonValue } from '../../../json/json-value.js';
import { isTooDeep, JsonError } from '../../../json/parse-error.js';
import { parseJson } from '../../../json/parse-json.js';
import type { Call } from '../../../turns/call.js';
import { inSlices } from '../../../turns/slices.js';
import { JsonThreads } from './json-threads.js';
import { plainSteps } from './plain-json.js';
import { checkCharset, MAX_JSON_DEPTH, noJson, readSmallJson, tooDeep } from './read-json.js';

/** Whatever it says, a document of so many bytes is read within some ms. */
const SMALL_BYTES = 128 * 2 ** 10;
/** What a number takes once it is read (`NumberStore`). */
const NUMBER_BYTES = 9;
/** A tensor has 254 dimensions at most, and a few levels are around it. */
export const MAX_DOCUMENT_DEPTH = 300;
/** Names of a model's inputs are short. */
const MAX_NAME_BYTES = 2 ** 20;

type OnRead = (numberBytes: number) => void;

type ReadLimits = Pick<Settings, 'maxJsonNumbers' | 'maxJsonValues' | 'maxImageBytes'>;

/** Bytes of base64 with line breaks, and of what stands before it in a data URL, for each of a picture. */
const BASE64_RATIO = 1.4;

/** Reads the JSON of all protocols: small documents here and now, others in a thread, with bounds on what they hold. */
@Injectable()
export class JsonReader implements OnApplicationShutdown {
  private readonly threads = new JsonThreads();
  private readonly limits: JsonLimits;
  private readonly maxTextBytes: number;

  constructor(@Inject(SETTINGS_TOKEN) { maxJsonNumbers, maxJsonValues, maxImageBytes }: ReadLimits) {
    this.maxTextBytes = Math.ceil(BASE64_RATIO * maxImageBytes) + 1024;
    this.limits = {
      maxNumbers: maxJsonNumbers,
      maxValues: maxJsonValues,
      maxNameBytes: MAX_NAME_BYTES,
      maxDepth: MAX_DOCUMENT_DEPTH,
      isWhole: false,
    };
  }

  /** How much memory JSON of so many bytes may take with what is read of it. */
  memoryFor(bytes: number): number {
    if (bytes <= SMALL_BYTES) return bytes;
    return bytes + NUMBER_BYTES * Math.min(Math.ceil(bytes / 2), this.limits.maxNumbers);
  }

  /**
   * What JSON says, as `JSON.parse` has it; of a large document lists of numbers are each a `NumberList`.
   * @param bytes are not to be used again
   * @param onRead is told what the numbers take, in bytes, where the document is a large one
   * @param what is read, for the sentence that says that it is no JSON
   * @throws ServingError BODY_UNREADABLE, BODY_TOO_LARGE, MEDIA_TYPE_UNSUPPORTED; or the signal's reason
   */
  async value(
    bytes: Buffer,
    contentType: string,
    call: Call,
    onRead: OnRead,
    what = 'The body',
  ): Promise<unknown> {
    checkCharset(contentType);
    if (bytes.length <= SMALL_BYTES) return readSmallJson(bytes, what);
    const limits = { ...this.limits, maxDepth: MAX_JSON_DEPTH, isWhole: true };
    try {
      const document = await this.read(bytes, limits, call, onRead);
      return await inSlices(plainSteps(document, this.maxTextBytes), call.signal);
    } catch (error) {
      if (error instanceof JsonError) throw isTooDeep(error) ? tooDeep() : noJson(what, error);
      throw asServingError(error);
    }
  }

  /**
   * The same as TensorFlow Serving reads it.
   * @throws JsonError; ServingError BODY_TOO_LARGE; or the signal's reason
   */
  async document(bytes: Uint8Array, call: Call, onRead: OnRead): Promise<JsonValue> {
    try {
      if (bytes.length <= SMALL_BYTES) return parseJson(bytes, this.limits);
      return await this.read(bytes, this.limits, call, onRead);
    } catch (error) {
      throw asServingError(error);
    }
  }

  private async read(bytes: Uint8Array, limits: JsonLimits, call: Call, onRead: OnRead): Promise<JsonValue> {
    const { value, numbers } = await this.threads.read(own(bytes), limits, call);
    onRead(NUMBER_BYTES * numbers);
    return value;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }
}

function asServingError(error: unknown): unknown {
  if (!(error instanceof JsonTooLargeError)) return error;
  const { most } = error;
  const sentences = {
    numbers: `JSON may have ${most} numbers at most (MAX_JSON_NUMBERS): send it in parts.`,
    values: `JSON may have ${most} values at most that are not numbers in lists of one shape (MAX_JSON_VALUES): send it in parts.`,
    names: `The names of JSON's members may have ${most} bytes at most.`,
  };
  return new ServingError('BODY_TOO_LARGE', sentences[error.what]);
}

/** The bytes in a buffer that holds nothing else, so that it can be given away. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}
