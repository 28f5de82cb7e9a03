import { formatBytes } from './format-bytes.js';

describe('bytes are shown to people', () => {
  it.each([
    [0, '0 MB'],
    [376_499_999, '376 MB'],
    [999_499_999, '999 MB'],
    [999_500_000, '1.0 GB'],
    [1_337_000_000, '1.3 GB'],
  ])('%d as %s', (bytes, shown) => expect(formatBytes(bytes)).toBe(shown));
});
