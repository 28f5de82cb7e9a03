import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import sharp from 'sharp';
import type { ReadableFormat } from './formats.js';

/*
 * The one place where sharp is set up, once for the process. Import it from here only.
 *
 * Of its many loaders only those of the formats that are served stay open: the others are the larger part of its
 * attack surface, and some of them (SVG, PDF) read files and run programs. Several pictures are decoded at once, so
 * each takes one thread; no two are the same, so nothing is cached.
 *
 * All of that is libvips's, which the threads of a process share. A thread that did it again would close the loaders for a moment, in
 * which the others refuse pictures that are whole; so the threads that this one starts are told that it is done.
 */
const SET_UP = 'sharp is set up';
if (getEnvironmentData(SET_UP) !== true) {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
  sharp.concurrency(1);
  sharp.cache(false);
  setEnvironmentData(SET_UP, true);
}

/** libvips's loaders of formats; it has none of BMP, and GIF is decoded without it. */
const LOADERS: Readonly<Partial<Record<ReadableFormat, string>>> = {
  JPEG: 'VipsForeignLoadJpeg',
  PNG: 'VipsForeignLoadPng',
  WebP: 'VipsForeignLoadWebp',
  TIFF: 'VipsForeignLoadTiff',
  AVIF: 'VipsForeignLoadHeif',
};

/** Opens the loaders of these formats and closes the others, for the whole process: once, before pictures come. */
export function admitFormats(formats: readonly ReadableFormat[]): void {
  const admitted = Object.entries(LOADERS).filter(([format]) => formats.includes(format as ReadableFormat));
  const closed = Object.values(LOADERS).filter((loader) => !admitted.some(([, open]) => open === loader));
  if (closed.length > 0) sharp.block({ operation: closed });
  if (admitted.length > 0) sharp.unblock({ operation: admitted.map(([, loader]) => loader) });
}

export { sharp };
