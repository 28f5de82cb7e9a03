/** Of the header of a BMP that follows on the file's, which begins with its length: of OS/2 1, Windows 3 to 5 and OS/2 2. */
export const HEADER_LENGTHS: readonly number[] = [12, 40, 52, 56, 64, 108, 124];
