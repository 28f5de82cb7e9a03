import { runCommand } from '../command/run-command.js';
import { manifestCommand } from './manifest-command.js';

await runCommand(manifestCommand);
