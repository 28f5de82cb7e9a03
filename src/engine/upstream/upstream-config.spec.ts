import { readUpstream } from './upstream-config.js';

const read = (value: object) =>
  readUpstream({ urls: ['http://tf:8501'], protocol: 'tf-serving', ...value }, 'upstream');

describe('the section upstream', () => {
  it('needs no more than where the model is and how it is asked', () => {
    expect(
      readUpstream({ urls: 'https://models.test/base/', protocol: 'open-inference' }, 'upstream'),
    ).toEqual({
      urls: ['https://models.test/base'],
      protocol: 'open-inference',
      tensors: 'auto',
      timeoutMs: 30_000,
      connectTimeoutMs: 2_000,
      concurrency: 8,
      headers: {},
    });
  });

  it('takes all its keys', () => {
    const all = {
      urls: ['http://a:1', 'http://b:2'],
      protocol: 'open-inference',
      model: 'resnet/50',
      version: 'v1.2-beta',
      tensors: 'binary',
      timeoutMs: 500,
      connectTimeoutMs: 100,
      concurrency: 2,
    } as const;
    const headers = { Authorization: 'Bearer s3cret' };
    const expected = { ...all, headers: { authorization: 'Bearer s3cret' } };
    expect(readUpstream({ ...all, headers }, 'upstream')).toEqual(expected);
  });

  it.each([
    [3, '3'],
    ['007', '007'],
  ])('takes the version %j as the text %j', (version, text) => {
    expect(read({ version }).version).toBe(text);
  });

  it.each([
    [{ urls: undefined }, 'Expected a list for upstream.urls but received nothing.'],
    [{ urls: [] }, 'Expected at least one URL for upstream.urls but received [].'],
    [
      { urls: ['ftp://a'] },
      'Expected an http or https URL without ? and # for upstream.urls[0] but received "ftp://a".',
    ],
    [
      { urls: 'a:8501' },
      'Expected an http or https URL without ? and # for upstream.urls but received "a:8501".',
    ],
    [
      { urls: ['http://a/?key=1'] },
      'Expected an http or https URL without ? and # for upstream.urls[0] but received "http://a/?key=1".',
    ],
    [
      { protocol: 'grpc' },
      'Expected one of tf-serving, open-inference for upstream.protocol but received "grpc".',
    ],
    [{ version: 'v2' }, 'Expected a whole number for upstream.version but received "v2".'],
    [{ version: 1.5 }, 'Expected a version, such as 3 for upstream.version but received 1.5.'],
    [
      { version: 1, label: 'stable' },
      'Expected only one of upstream.version and upstream.label but received both.',
    ],
    [
      { protocol: 'open-inference', label: 'stable' },
      'Expected no upstream.label where upstream.protocol is open-inference.',
    ],
    [{ tensors: 'json' }, 'Expected no upstream.tensors where upstream.protocol is tf-serving.'],
    [{ timeoutMs: 0 }, 'Expected a whole number from 1 to 3600000 for upstream.timeoutMs but received 0.'],
    [
      { headers: { 'Content-Length': '3' } },
      'Expected the name of a header that may be added for upstream.headers but received "Content-Length".',
    ],
    [
      { headers: { 'a b': '3' } },
      'Expected the name of a header that may be added for upstream.headers but received "a b".',
    ],
    [{ headers: ['a'] }, 'Expected names and values of headers for upstream.headers.'],
    [{ url: 'http://a' }, /^Expected one of urls, protocol, .* as a key of upstream but received "url"\.$/],
  ])('refuses %j', (value, sentence) => {
    expect(() => read(value)).toThrow(sentence);
  });

  it.each([
    [{ urls: ['http://user:s3cret@a:8501'] }],
    [{ headers: { authorization: 's3cret\n' } }],
    [{ headers: { authorization: ['s3cret'] } }],
  ])('does not repeat the secret of %j where it refuses it', (value) => {
    expect(() => read(value)).toThrow(/^(?!.*s3cret)Expected .*\.$/s);
  });
});
