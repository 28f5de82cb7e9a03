import { isOlder, parseVersion } from './python.js';
import type { SelfTest } from './self-test.js';

/** What the doctor must know to say what would be used; everything else it found is only shown. */
export interface Facts {
  readonly node: string;
  readonly packageInstalled: boolean;
  /** The TensorFlow that node_modules is linked to, or undefined. */
  readonly linked: 'cpu' | 'gpu' | 'external' | undefined;
  readonly selfTest: SelfTest;
  /** What would stop `npm run tensorflow`, each a sentence with its remedy, in the order it would stumble over them. */
  readonly obstacles: readonly string[];
  /** An NVIDIA GPU that the CUDA 12 build would run on, on a platform that has one. */
  readonly usableGpu: boolean;
}

export interface Verdict {
  readonly uses: string;
  /** The next command or remedy; undefined when there is nothing to do. */
  readonly next: string | undefined;
  /** 0 when the server could start with TensorFlow. */
  readonly exitCode: 0 | 1;
}

/** Node 20 from 20.19 on, 22 and 24 are the ones the tests run on; a newer even one will most likely do. */
export function isSupportedNode(version: string): boolean {
  const parsed = parseVersion(version) ?? [];
  const major = parsed[0] ?? 0;
  return !isOlder(parsed, [20, 19]) && major % 2 === 0;
}

/** CUDA 12 runs on NVIDIA's driver 525.60 and newer. */
export function runsCuda12(driver: string): boolean {
  return !isOlder(parseVersion(driver) ?? [], [525, 60]);
}

export function verdict(facts: Facts): Verdict {
  const gpu = facts.usableGpu ? ' -- --gpu' : '';
  if (!isSupportedNode(facts.node)) {
    return {
      uses: 'nothing yet',
      next: `install Node 20.19 or newer, 22 or 24 (this is ${facts.node})`,
      exitCode: 1,
    };
  }
  if (!facts.packageInstalled) return { uses: 'nothing yet', next: 'npm ci', exitCode: 1 };
  if (!facts.selfTest.ok) {
    const next = [...facts.obstacles, `npm run tensorflow${gpu}`].join('\n      ');
    return { uses: 'WebAssembly, for there is no TensorFlow', next, exitCode: 1 };
  }
  const { version, device, notice } = facts.selfTest;
  const uses = `TensorFlow ${version} on ${device === 'cpu' ? 'the CPU' : device.toUpperCase()}`;
  if (device !== 'cpu') return { uses, next: undefined, exitCode: 0 };
  if (facts.linked === 'gpu')
    return {
      uses: `${uses}, for it found no GPU: ${notice ?? 'it gives no reason'}`,
      next: undefined,
      exitCode: 0,
    };
  if (facts.usableGpu && facts.linked === 'cpu')
    return { uses, next: 'npm run tensorflow -- --gpu, to use the GPU', exitCode: 0 };
  return { uses, next: undefined, exitCode: 0 };
}
