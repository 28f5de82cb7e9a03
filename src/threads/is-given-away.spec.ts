import { isGivenAway } from './is-given-away.js';

describe('memory that was given away to a thread', () => {
  it('is told from memory that is here, be it empty', () => {
    const [here, gone] = [new ArrayBuffer(8), new ArrayBuffer(8)];
    structuredClone(gone, { transfer: [gone] });
    expect([here, new ArrayBuffer(0), gone].map(isGivenAway)).toEqual([false, false, true]);
  });
});
