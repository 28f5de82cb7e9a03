import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { nearestName } from './nearest-name.js';
import { SETTINGS } from './settings.js';

const FILE = '.env';

/**
 * Loads `.env` of the folder that the process was started in, if there is one; what the environment says holds.
 * @returns what is to be told of it: names that are no setting and one letter from one
 */
export function loadDotenv(): readonly string[] {
  if (!existsSync(FILE)) return [];
  process.loadEnvFile(FILE);
  const known = Object.values(SETTINGS).map(({ env }) => env as string);
  return Object.keys(parseEnv(readFileSync(FILE, 'utf8'))).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = nearestName(name, known);
    return meant === undefined ? [] : [`${FILE} sets ${name}, which is no setting. Is ${meant} meant?`];
  });
}
