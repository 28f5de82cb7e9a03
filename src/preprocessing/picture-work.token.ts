export const PICTURE_WORK = Symbol('PICTURE_WORK');
