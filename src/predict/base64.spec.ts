import { decodeBase64 } from './base64.js';

const textOf = (base64: string) => Buffer.from(decodeBase64(base64)).toString();
/** The code with which a picture is refused. */
function refusal(base64: string): unknown {
  try {
    decodeBase64(base64);
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

describe('a picture in JSON', () => {
  it.each([
    ['padded once', 'ZGFpc3k=', 'daisy'],
    ['padded twice', 'cm9zZQ==', 'rose'],
    ['without padding where none is due', 'YWJj', 'abc'],
    ['without the padding that is due', 'ZGFpc3k', 'daisy'],
    ['with line breaks of Unix', 'ZGFp\nc3k=\n', 'daisy'],
    ['with line breaks of Windows', 'ZGFp\r\nc3k=', 'daisy'],
    ['with every digit', 'AP+/', '\0\uFFFD\uFFFD'],
    ['as a data URL', 'data:image/png;base64,ZGFpc3k=', 'daisy'],
    ['as a data URL with parameters', 'data:image/svg+xml;charset=utf-8;base64,ZGFpc3k=', 'daisy'],
    ['as a data URL with line breaks', 'data:image/png;base64,\nZGFp\nc3k=', 'daisy'],
  ])('may come %s', (_, base64, text) => {
    expect(textOf(base64)).toBe(text);
  });

  it('arrives to the byte, whatever its length', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 7919) >> 3);
    for (let length = 1; length <= bytes.length; length++) {
      const picture = Buffer.from(bytes.subarray(0, length));
      expect(picture.equals(decodeBase64(picture.toString('base64')))).toBe(true);
      expect(picture.equals(decodeBase64(picture.toString('base64').replaceAll('=', '')))).toBe(true);
    }
  });

  it.each([
    ['an empty text', ''],
    ['nothing but line breaks', '\r\n\n'],
    ['a data URL of nothing', 'data:image/png;base64,'],
  ])('is missing where there is %s', (_, base64) => {
    expect(refusal(base64)).toBe('IMAGE_MISSING');
  });

  it.each([
    ['one digit too many', 'ZGFpcw=='.slice(0, 5)],
    ['a pad too many', 'ZGFpcw==='],
    ['a pad too few', 'ZGFpcw='],
    ['a pad where none is due', 'YWJj='],
    ['three pads', 'Z==='],
    ['nothing but pads', '=='],
    ['a pad in the middle', 'ZG=pcw=='],
    ['two texts in a row', 'ZGFpcw==ZGFpcw=='],
    ['the digits of URLs', 'ZG-_'],
    ['spaces', 'ZGFp c3k='],
    ['an address', 'https://example.org/daisy.png'],
    ['letters beyond ASCII', 'ZGFpc3kä'],
    ['a data URL that is not base64', 'data:image/svg+xml,<svg/>'],
    ['a data URL that breaks off', 'data:image/png;base64'],
    ['a data URL whose base64 is not its last word', 'data:image/png;base64;x=1,ZGFpc3k='],
    ['a data URL whose head has no end', `data:image/png;${'x'.repeat(100_000)};base64,ZGFpc3k=`],
  ])('is unreadable where it has or is %s', (_, base64) => {
    expect(refusal(base64)).toBe('IMAGE_UNREADABLE');
  });

  it.each([
    ['data:text/html;base64,ZGFpc3k=', /^A data URL must be of an image, not of text\/html\.$/],
    ['data:;base64,ZGFpc3k=', /^A data URL must be of an image, not of text\/plain\.$/],
    ['data:application/pdf;base64,ZGFpc3k=', /not of application\/pdf\.$/],
  ])('is unsupported where its data URL is of something else: %s', (base64, sentence) => {
    expect(refusal(base64)).toBe('IMAGE_UNSUPPORTED');
    expect(() => decodeBase64(base64)).toThrow(sentence);
  });

  it.each([
    ['pads', `${'='.repeat(2 ** 20)}A`],
    ['data URLs', 'data:image/png;'.repeat(100_000)],
    ['line breaks', `${'\n'.repeat(2 ** 20)}?`],
    ['digits', `${'A'.repeat(2 ** 22)}?`],
  ])('is refused at once, were it a million %s', (_, base64) => {
    const started = performance.now();
    expect(refusal(base64)).toBe('IMAGE_UNREADABLE');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
