import type { RequestBody } from '../http/body/request-body.js';
import { predictInputOf, type ReadJson } from './predict-input.js';

const bytes = (text: string) => Buffer.from(text);
const base64 = (text: string) => bytes(text).toString('base64');
const json = (value: unknown): RequestBody => ({ kind: 'json', value });
const files = (...fields: string[]): RequestBody => ({
  kind: 'form',
  files: fields.map((field, index) => ({ field, bytes: bytes(`picture ${index}`) })),
  texts: [],
});

const readJson: ReadJson = async (text) => JSON.parse(String(text)) as unknown;

/** What a body is taken for, pictures as text. */
async function taken(body: RequestBody): Promise<object> {
  const text = (picture: unknown) =>
    picture instanceof Uint8Array ? Buffer.from(picture).toString() : (picture as { code: string }).code;
  const input = await predictInputOf(body, 3, readJson);
  switch (input.kind) {
    case 'picture':
      return { picture: text(input.picture) };
    case 'pictures':
      return { pictures: input.pictures.map(text) };
    default:
      return input;
  }
}

/** The code and the sentence with which a body is refused. */
async function refusal(body: RequestBody): Promise<string> {
  try {
    await predictInputOf(body, 3, readJson);
    return 'taken';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

describe('a prediction is made from', () => {
  it.each<[string, RequestBody, object]>([
    ['a picture that is the whole body', { kind: 'raw', bytes: bytes('daisy') }, { picture: 'daisy' }],
    ['a file of a form', files('image'), { picture: 'picture 0' }],
    ['several files, in their order', files('image', 'image'), { pictures: ['picture 0', 'picture 1'] }],
    ['base64', json({ image: base64('daisy') }), { picture: 'daisy' }],
    ['a data URL', json({ image: `data:image/png;base64,${base64('daisy')}` }), { picture: 'daisy' }],
    ['several texts of base64', json({ images: [base64('a'), base64('b')] }), { pictures: ['a', 'b'] }],
    ['one of several, answered as several', json({ images: [base64('a')] }), { pictures: ['a'] }],
    ['numbers', json({ input: [1, [2]] }), { kind: 'input', value: [1, [2]] }],
    ['inputs by name', json({ input: { a: 1 } }), { kind: 'input', value: { a: 1 } }],
    ['a number that is 0, or false', json({ input: 0 }), { kind: 'input', value: 0 }],
    ['an empty text as a string tensor', json({ input: '' }), { kind: 'input', value: '' }],
    ['instances', json({ instances: [1, 2] }), { kind: 'instances', values: [1, 2] }],
    ['the one field that is not null', json({ image: null, input: 5 }), { kind: 'input', value: 5 }],
  ])('%s', async (_, body, expected) => {
    expect(await taken(body)).toEqual(expected);
  });

  it('the good ones of several pictures: a bad one stands as its error', async () => {
    const images = [base64('a'), 'not base64!', ''];
    expect(await taken(json({ images }))).toEqual({ pictures: ['a', 'IMAGE_UNREADABLE', 'IMAGE_MISSING'] });
    expect(await taken(json({ images: [5, null, base64('b')] }))).toEqual({
      pictures: ['FIELD_INVALID', 'FIELD_INVALID', 'b'],
    });
  });

  it('numbers without copying them', async () => {
    const input = [[1, 2]];
    expect(await predictInputOf(json({ input }), 3, readJson)).toEqual({ kind: 'input', value: input });
    const numbers = await predictInputOf(json({ input }), 3, readJson);
    expect((numbers as { value: unknown }).value).toBe(input);
  });
});

describe('a prediction is refused', () => {
  it.each<[string, RequestBody]>([
    ['no body', { kind: 'none' }],
    ['an empty body', { kind: 'raw', bytes: new Uint8Array() }],
    ['a form without files', files()],
    ['an empty object', json({})],
    ['nothing but null', json({ image: null })],
  ])('that has %s, with all the ways to send a picture', async (_, body) => {
    expect(await refusal(body)).toMatch(
      /^IMAGE_MISSING: There is no picture(?:: the form is empty)?\. Send one as .*"image".* in \{"image": …\}\.$/,
    );
  });

  it.each<[unknown, RegExp]>([
    [5, /^FIELD_INVALID: The body must be an object with one of image, images, input, inputs, instances\.$/],
    [null, /^FIELD_INVALID: The body must be an object/],
    [[base64('a')], /^FIELD_INVALID: The body must be an object/],
    [
      { imgae: 'x' },
      /^FIELD_INVALID: "imgae" is not a field of this body; send one of image, images, input, inputs, instances\.$/,
    ],
    [JSON.parse('{"__proto__": {"image": "x"}}'), /^FIELD_INVALID: "__proto__" is not a field of this body/],
    [{ constructor: 1 }, /^FIELD_INVALID: "constructor" is not a field of this body/],
    [{ image: 'x', topK: 3 }, /^FIELD_INVALID: "topK" is not a field of this body/],
    [
      { image: 'x', input: 1 },
      /^FIELD_INVALID: "image" stands beside another field; send one of [^;]*; "input" stands beside another field/,
    ],
    [{ image: 5 }, /^FIELD_INVALID: "image" must be a string\.$/],
    [{ image: { b64: 'x' } }, /^FIELD_INVALID: "image" must be a string\.$/],
    [{ images: 'x' }, /^FIELD_INVALID: "images" .*must be an array/],
    [{ images: [] }, /^FIELD_INVALID: "images" should not be empty\.$/],
    [{ instances: 5 }, /^FIELD_INVALID: "instances" .*must be an array/],
    [{ instances: [] }, /^FIELD_INVALID: "instances" should not be empty\.$/],
    [{ image: 'no base64' }, /^IMAGE_UNREADABLE: The picture is not valid base64, or it broke off\.$/],
    [{ image: '' }, /^IMAGE_MISSING: The picture is an empty text\.$/],
    [{ images: ['', '', '', ''] }, /^TOO_MANY_IMAGES: Send 3 pictures at most in one request, not 4\.$/],
  ])('whose JSON is %j', async (value, sentence) => {
    expect(await refusal(json(value))).toMatch(sentence);
  });

  it('whose form has a file under another name', async () => {
    expect(await refusal(files('image', 'photo'))).toBe(
      'FIELD_INVALID: "photo" is not a field of this form, which takes files "image" and JSON as "inputs"; options such as topK go into the query.',
    );
  });
});
