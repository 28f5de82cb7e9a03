import { expiry } from './expiry.js';

const now = Date.parse('2026-11-02T10:00:00.000Z');

describe('expiry', () => {
  it.each([
    ['90d', '2027-01-31T10:00:00.000Z'],
    ['1d', '2026-11-03T10:00:00.000Z'],
    ['2027-01-31', '2027-01-31T23:59:59.999Z'],
    ['2026-11-02', '2026-11-02T23:59:59.999Z'],
  ])('%s ends at %s', (given, end) => expect(expiry(now)(given, '--expires')).toBe(end));

  it.each([
    '0d',
    '99999d',
    '-1d',
    '90',
    'd',
    '2026-11-01',
    '2027-02-30',
    '2027-13-01',
    '31.01.2027',
    'never',
    '',
  ])('refuses %j', (given) =>
    expect(() => expiry(now)(given, '--expires')).toThrow(/^Expected .* for --expires but received /),
  );
});
