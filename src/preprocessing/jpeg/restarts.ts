import { JpegError } from './jpeg-error.js';
import type { Coded } from './markers.js';

/** Restarts are counted from 0 to 7, again and again. */
const NUMBERS = 8;

/**
 * As many parts of a scan as it has, told by the numbers of their restarts as libjpeg tells them (`jpeg_resync_to_restart`): what follows one that came one or two
 * before the right one is passed over, what is further off is taken to be the right one.
 * @throws JpegError where one is missing. libjpeg leaves its part grey.
 */
export function inStep(coded: readonly Coded[], count: number): Coded[] {
  const parts: Coded[] = [];
  for (const part of coded) {
    if (parts.length === count) break;
    const ahead =
      part.restart === undefined ? 0 : (part.restart - (parts.length - 1) + NUMBERS * count) % NUMBERS;
    if (ahead === 1 || ahead === 2) break;
    if (ahead < NUMBERS - 2) parts.push(part);
  }
  if (parts.length < count) throw new JpegError('A part of a scan is missing.');
  return parts;
}
