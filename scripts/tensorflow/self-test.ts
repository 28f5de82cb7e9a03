import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What came of loading TensorFlow and multiplying two matrices in a process of its own. */
export type SelfTest =
  | { readonly ok: true; readonly version: string; readonly device: string; readonly notice?: string }
  | { readonly ok: false; readonly reason: string };

const LIMIT_MS = 120_000;

/**
 * Loads TensorFlow in a child process, so that a library that crashes takes only the child with it. `notice` is
 * TensorFlow's own last word on why it uses no GPU, asked for with `explainGpu`.
 */
export async function selfTest({ explainGpu = false }: { explainGpu?: boolean } = {}): Promise<SelfTest> {
  const child = fork(fileURLToPath(new URL('self-test.child.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: explainGpu ? '0' : '2' },
    timeout: LIMIT_MS,
  });
  let errors = '';
  let answer: SelfTest | undefined;
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  child.on('message', (message) => (answer = message as SelfTest));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('error', () => resolve([-1, null]));
    child.on('close', (...ending) => resolve(ending));
  });
  if (answer?.ok) return { ...answer, notice: gpuNotice(errors) };
  return answer ?? { ok: false, reason: describeCrash(code, signal, errors) };
}

/** TensorFlow's line that says why there is no GPU, without its time stamp; undefined when it says nothing about one. */
export function gpuNotice(errors: string): string | undefined {
  const line = errors.split('\n').findLast((one) => /cuInit|dlopen|GPU devices|CUDA_ERROR/.test(one));
  return line?.replace(/^.*?\] /, '').trim();
}

export function describeCrash(code: number | null, signal: NodeJS.Signals | null, errors: string): string {
  if (signal === 'SIGILL')
    return 'this processor lacks AVX, which TensorFlow is built for: set LIBTENSORFLOW_DIR to a build without it';
  if (signal === 'SIGTERM') return `TensorFlow did not answer within ${LIMIT_MS / 1000} s`;
  const words = errors
    .split('\n')
    .find((line) => /error/i.test(line))
    ?.trim();
  return `the process that loaded TensorFlow ended with ${signal ?? `code ${code}`}${words === undefined ? '' : `: ${words}`}`;
}
