import type { Request } from 'express';
import { ServingError } from '../errors/serving-error.js';

/** Those that TensorFlow Serving reads a path for; others its HTTP server does not take (`evhttp_set_allowed_methods`). */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'PUT', 'DELETE']);

/** @throws ServingError METHOD_NOT_ALLOWED */
export function checkMethod({ method, path }: Request): void {
  if (METHODS.has(method)) return;
  const allow = [/:\w+$/.test(path) ? 'POST' : 'GET', 'OPTIONS'];
  throw new ServingError('METHOD_NOT_ALLOWED', `Malformed request: ${method} ${path}`, { allow });
}

/**
 * TensorFlow Serving takes what it cannot inflate for JSON, and says what is wrong with that.
 * @throws ServingError MEDIA_TYPE_UNSUPPORTED
 */
export function checkEncoding({ headers }: Request): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || encoding === 'gzip' || encoding === 'x-gzip') return;
  throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Content-Encoding may be gzip or absent.');
}
