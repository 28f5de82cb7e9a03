import { runCommand } from '../command/run-command.js';
import { tuneCommand } from './tune-command.js';

await runCommand(tuneCommand);
