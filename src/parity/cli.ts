import { runCommand } from '../command/run-command.js';
import { parityCommand } from './parity-command.js';

await runCommand(parityCommand);
