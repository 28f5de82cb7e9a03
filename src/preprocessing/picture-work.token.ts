export const PICTURE_WORK = Symbol('PICTURE_WORK');
/** Of pictures that are slow, or take much memory. */
export const LARGE_PICTURE_WORK = Symbol('LARGE_PICTURE_WORK');
