import type { Host } from './wheels.js';

/** The C library's version, '' where it is not glibc (macOS, musl). */
export function glibcVersion(): string {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  report.excludeNetwork = true; // Otherwise the report looks up every open connection's name, which can take seconds.
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? '';
}

export function thisHost(): Host {
  return { platform: process.platform, arch: process.arch, glibc: glibcVersion() !== '' };
}
