import { Problem } from './problem.js';
import type { Wanted } from './wheels.js';

/**
 * What the command line asks for. npm keeps a `--gpu` that is not behind `--` to itself, as a setting of its own: whoever
 * forgot the `--` is told, instead of getting the build for the CPU.
 */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): Wanted {
  const unknown = args.find((arg) => arg !== '--gpu' && arg !== '--system-cuda');
  if (unknown !== undefined) throw new Problem(`Expected --gpu or --system-cuda but received ${unknown}.`);
  const wanted = { gpu: args.includes('--gpu'), systemCuda: args.includes('--system-cuda') };
  if (!wanted.gpu && env.npm_config_gpu) {
    throw new Problem(
      'npm kept --gpu to itself: run npm run tensorflow -- --gpu, with the two dashes between.',
    );
  }
  if (wanted.systemCuda && !wanted.gpu) throw new Problem('Expected --gpu beside --system-cuda.');
  return wanted;
}
