import { huffmanTable } from './huffman.js';

/**
 * The codes that a frame of Motion JPEG does not bring along: those of ITU-T T.81, tables K.3 to K.6, by class and number as DHT counts them.
 * As there, sixteen counts by length and the symbols.
 */
const CODES: readonly (readonly [slot: number, code: string])[] = [
  [0x00, '00010501010101010100000000000000000102030405060708090a0b'],
  [0x01, '00030101010101010101010000000000000102030405060708090a0b'],
  [
    0x10,
    '0002010303020403050504040000017d' +
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435' +
      '363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798' +
      '999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4' +
      'f5f6f7f8f9fa',
  ],
  [
    0x11,
    '00020102040403040705040400010277' +
      '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a' +
      '35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a9293949596' +
      '9798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4' +
      'f5f6f7f8f9fa',
  ],
];

const LENGTHS = 16;

/** By class and number, as bits.part.as takes them. */
export const STANDARD_HUFFMAN: ReadonlyMap<number, Uint8Array> = new Map(
  CODES.map(([slot, code]) => {
    const bytes = Uint8Array.from(Buffer.from(code, 'hex'));
    return [slot, huffmanTable(bytes.subarray(0, LENGTHS), bytes.subarray(LENGTHS))];
  }),
);
