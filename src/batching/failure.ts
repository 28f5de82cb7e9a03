import { EngineError } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';

/** Whether one request may have spoiled a run for the others in it, or an answer cannot be shared out: each then runs alone. */
export function isSpoiled(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof EngineError && isOfInputs(error));
}

function isOfInputs({ kind }: EngineError): boolean {
  return kind === 'run' || kind === 'input' || kind === 'crashed';
}

/** What a client is told when a run failed. A surprise stays one. */
export function asServingError(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { kind, message } = error;
  switch (kind) {
    case 'crashed': {
      const sentence = 'The engine failed while it worked on this request and is being replaced. Try again.';
      return new ServingError('ENGINE_FAILED', sentence, { retryAfter: 2, cause: error });
    }
    case 'away': {
      const retryAfter = error.retryAfter ?? 2;
      const sentence = `The engine is being replaced, and is expected back within ${retryAfter} s. Try again then.`;
      return new ServingError('ENGINE_FAILED', sentence, { retryAfter, cause: error });
    }
    case 'gone': {
      const sentence = 'The model was taken away while this request waited for the engine. Try again.';
      return new ServingError('ENGINE_FAILED', sentence, { retryAfter: 1, cause: error });
    }
    case 'input':
      return new ServingError('INPUT_REFUSED', message, { cause: error });
    case 'upstream-failed':
      return new ServingError('UPSTREAM_FAILED', message, { cause: error });
    case 'upstream-unavailable':
      return new ServingError('UPSTREAM_UNAVAILABLE', message, { retryAfter: 2, cause: error });
    case 'upstream-timeout':
      return new ServingError('UPSTREAM_TIMEOUT', message, { cause: error });
    case 'load':
    case 'run': {
      const sentence =
        "The model failed on this input. The server's log has the reason under this request's id.";
      return new ServingError('INPUT_REFUSED', sentence, { cause: error });
    }
  }
}
