import { PEERS } from './peers.mjs';
import { tensornest } from './tensornest.mjs';

/**
 * What can be measured. Each has
 * - `id`, `title`, and `note`: how it is set up, in a few words
 * - `environment`: the Python environment it runs in, and `packages` of it to show the versions of; ours has none
 * - `launch({ model, work, environment })`: the command, parameters, env and cwd of a process that listens at `{port}`. `work` is
 *   an empty folder of its own, which lasts as long as the benchmark
 * - `request(picture, model)`: path, headers and body that ask for one picture, given its bytes
 * - `top(answer)`: the five best classes of an answer, `{ class, score }`, the best first
 */
export const SERVERS = [tensornest, ...PEERS];
