/**
 * What libtensorflow reads of the environment when it starts, where nobody has set it. To be called in a process's main thread: a worker's
 * variables do not reach the C library.
 */
export function setTensorFlowDefaults(): void {
  // 2 keeps errors and drops most notices (two lines that the first SavedModel causes obey no setting).
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels, which TensorFlow uses of itself only on newer processors: on an AMD EPYC with AVX2 they ran MobileNetV2 1.5 times as
  // fast in batches of 8 (bench:optimise with 0 and 1), and there are some (dilated depthwise and grouped convolutions) that TensorFlow's own cannot do on a CPU.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Or TensorFlow takes all of a GPU's memory at its start, and leaves none to others.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
}
