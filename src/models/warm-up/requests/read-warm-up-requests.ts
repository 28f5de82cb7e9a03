import { decode } from '../../../saved-model/decode.js';
import { PredictionLogSchema } from '../../../saved-model/proto/prediction_log_pb.js';
import { readRegularFile } from '../../../saved-model/regular-file.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';
import { Allowance } from './allowance.js';
import { recordsOf } from './record-file.js';
import { requestsOfLog, type WarmUpRequest } from './requests-of-log.js';

const FILE = 'assets.extra/tf_serving_warmup_requests';
const MAX_FILE_BYTES = 256 * 1024 ** 2;
/** TensorFlow Serving's (`saved_model_warmup_util.h`). */
const MAX_RECORDS = 1000;
/** Bytes of memory beside the file's own; its largest tensors are views of the file. */
const MAX_MEMORY = 512 * 1024 ** 2;

/**
 * The warm-up requests that lie beside a model for TensorFlow Serving, in order: `assets.extra/tf_serving_warmup_requests`, a
 * TFRecord file of `tensorflow.serving.PredictionLog`s. None where there is no file. They share the memory of the
 * file: let all of them go together.
 * @param root the folder that no link may lead out of
 * @throws SavedModelError that names the first record that cannot be read
 */
export async function readWarmUpRequests(
  versionDirectory: string,
  root = versionDirectory,
): Promise<WarmUpRequest[]> {
  const bytes = await readRegularFile(versionDirectory, FILE, MAX_FILE_BYTES, root);
  return bytes === null ? [] : parseWarmUpRequests(bytes);
}

/** @throws SavedModelError */
export function parseWarmUpRequests(bytes: Buffer): WarmUpRequest[] {
  const allowance = new Allowance(MAX_MEMORY, FILE);
  const requests: WarmUpRequest[] = [];
  let number = 0;
  for (const record of recordsOf(bytes, FILE, MAX_RECORDS)) {
    number++;
    for (const request of requestsOfRecord(record, number, allowance)) requests.push(request);
  }
  return requests;
}

function requestsOfRecord(record: Uint8Array, number: number, allowance: Allowance): WarmUpRequest[] {
  try {
    return requestsOfLog(decode(PredictionLogSchema, record, FILE, 'a PredictionLog'), FILE, allowance);
  } catch (error) {
    if (!(error instanceof SavedModelError)) throw error;
    throw new SavedModelError(FILE, `has a record ${number} that ${error.fault}`);
  }
}
