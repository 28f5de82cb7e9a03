import { EngineError, type EngineErrorKind } from '../engine/engine.js';
import { type ErrorCode, ServingError } from '../errors/serving-error.js';

/** An error as it travels between the primary and a worker. */
export type WireError =
  | { readonly type: 'engine'; readonly kind: EngineErrorKind; readonly message: string }
  | {
      readonly type: 'serving';
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfter?: number;
      readonly cause?: WireError;
    }
  /** A surprise; `stack` is for the log. */
  | { readonly type: 'other'; readonly message: string; readonly stack?: string };

export function toWireError(error: unknown): WireError {
  if (error instanceof EngineError) return { type: 'engine', kind: error.kind, message: error.message };
  if (error instanceof ServingError) {
    const { code, message, retryAfter, cause } = error;
    return {
      type: 'serving',
      code,
      message,
      ...(retryAfter !== undefined && { retryAfter }),
      ...(cause !== undefined && { cause: toWireError(cause) }),
    };
  }
  if (!(error instanceof Error)) return { type: 'other', message: String(error) };
  const { message, stack } = error;
  return { type: 'other', message, ...(stack !== undefined && { stack }) };
}

export function fromWireError(wire: WireError): Error {
  switch (wire.type) {
    case 'engine':
      return new EngineError(wire.kind, wire.message);
    case 'serving': {
      const { code, message, retryAfter, cause } = wire;
      const extras = {
        ...(retryAfter !== undefined && { retryAfter }),
        ...(cause && { cause: fromWireError(cause) }),
      };
      return new ServingError(code, message, extras);
    }
    case 'other': {
      const error = new Error(wire.message);
      if (wire.stack !== undefined) error.stack = wire.stack;
      return error;
    }
  }
}
