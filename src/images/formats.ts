/** The formats that can be served; their names as a client reads them. Which of them are is a setting. */
export const READABLE_FORMATS = ['JPEG', 'PNG', 'WebP', 'GIF', 'BMP', 'TIFF', 'AVIF'] as const;
export type ReadableFormat = (typeof READABLE_FORMATS)[number];
