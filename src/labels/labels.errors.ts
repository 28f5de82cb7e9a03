import { ConfigError } from '../config/expect.js';

/** There is no label file where one was looked for. */
export class MissingLabelsError extends ConfigError {}
