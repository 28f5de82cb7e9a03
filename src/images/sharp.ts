import sharp from 'sharp';

/*
 * The one place where sharp is set up, once for the process. Import it from here only.
 *
 * Of its many loaders only those of the formats that are served stay open: the others are the larger part of its
 * attack surface, and some of them (SVG, PDF) read files and run programs. Several pictures are decoded at once, so
 * each takes one thread; no two are the same, so nothing is cached.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
