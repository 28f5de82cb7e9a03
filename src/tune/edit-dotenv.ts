import { isDeepStrictEqual, parseEnv } from 'node:util';
import { CommandError } from '../command/command-error.js';

/**
 * The text of a file `.env` with another value of one variable, and all else to the letter.
 * @throws CommandError where it cannot be edited
 */
export function setVariable(text: string, name: string, value: string): string {
  const assignment = new RegExp(String.raw`^([ \t]*(?:export[ \t]+)?${name}[ \t]*=)[^\r\n]*`, 'gm');
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  const edited = assignment.test(text)
    ? text.replaceAll(assignment, `$1${value}`)
    : `${text}${gap}${name}=${value}${newline}`;
  if (isDeepStrictEqual({ ...parseEnv(edited) }, { ...parseEnv(text), [name]: value })) return edited;
  throw new CommandError(`.env is written in a way that cannot be edited: put ${name}=${value} into it.`);
}
