import { chooseMember, type MemberState } from './choose-member.js';

const member = (inFlight: number, begun = 0, isInService = true): MemberState => ({
  isInService,
  inFlight,
  begun,
});

describe('the engine that gets the next run', () => {
  it.each<[string, MemberState[], number]>([
    ['is the only one', [member(7)], 0],
    ['is the one with the fewest runs in flight', [member(2), member(1), member(3)], 1],
    ['is, of equals, the one that was used least', [member(1, 5), member(1, 4), member(1, 9)], 1],
    ['is the first of those that are equal in all', [member(0), member(0)], 0],
    ['is not one that is being replaced', [member(0, 0, false), member(9, 9)], 1],
    ['is one that is being replaced where all are', [member(2, 0, false), member(1, 0, false)], 1],
  ])('%s', (_, members, chosen) => {
    expect(chooseMember(members)).toBe(chosen);
  });
});
