import { encodeFrame, type Frame, FrameReader } from './frames.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));
const wire = (header: object, ...payload: Uint8Array[]) => Buffer.concat(encodeFrame(header, payload));

/** The frames that a stream of these chunks holds. */
function read(...chunks: readonly Uint8Array[]): { header: unknown; payload: number[] }[] {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) =>
    [...reader.read(chunk)].map(({ header, payload }) => ({ header, payload: [...payload] })),
  );
}

const FRAMES = [
  { header: { id: 1, call: 'run' }, payload: [1, 2, 3] },
  { header: { id: 2, daisy: '\u{1F33C}' }, payload: [] },
  { header: {}, payload: [0, 255, 0, 0, 7] },
];
const STREAM = Buffer.concat(FRAMES.map(({ header, payload }) => wire(header, bytes(...payload))));

describe('frames', () => {
  it('are 8 bytes of lengths, the header as JSON, and the payload', () => {
    const expected = [...bytes(7, 0, 0, 0, 3, 0, 0, 0), ...text('{"a":1}'), 9, 8, 7];
    expect([...wire({ a: 1 }, bytes(9), bytes(), bytes(8, 7))]).toEqual(expected);
  });

  it('arrive as they were sent, several in one chunk', () => {
    expect(read(STREAM)).toEqual(FRAMES);
  });

  it.each([1, 2, 3, 5, 7, 8, 9])('arrive as they were sent, in chunks of %d bytes', (size) => {
    const count = Math.ceil(STREAM.length / size);
    const chunks = Array.from({ length: count }, (_, index) =>
      STREAM.subarray(index * size, (index + 1) * size),
    );
    expect(read(...chunks)).toEqual(FRAMES);
  });

  it('arrive as they were sent, wherever the stream is cut', () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      expect(read(STREAM.subarray(0, cut), STREAM.subarray(cut))).toEqual(FRAMES);
    }
  });

  it('arrive only when they are whole', () => {
    const frame = wire({ a: 1 }, bytes(1, 2));
    for (let cut = 0; cut < frame.length; cut++) expect(read(frame.subarray(0, cut))).toEqual([]);
  });

  it('arrive as soon as they are whole, one without a payload too', () => {
    expect(read(wire({ a: 1 }))).toEqual([{ header: { a: 1 }, payload: [] }]);
    expect(read(bytes())).toEqual([]);
  });

  it('have a payload that typed arrays can look into', () => {
    const numbers = Float64Array.of(0.1, -2, Number.MAX_VALUE);
    const reader = new FrameReader();
    const stream = Buffer.concat([wire({ odd: 'x' }), wire({ odd: 'xy' }, new Uint8Array(numbers.buffer))]);
    const [, { payload }] = [...reader.read(stream)] as [Frame, Frame];
    expect(payload.byteOffset % 8).toBe(0);
    expect(new Float64Array(payload.buffer as ArrayBuffer, payload.byteOffset, 3)).toEqual(numbers);
  });

  it('have payloads of their own: no frame changes with a later one or with its chunk', () => {
    const reader = new FrameReader();
    const first = wire({}, bytes(1, 2));
    const [frame] = [...reader.read(first)];
    first.fill(0);
    expect([...reader.read(wire({}, bytes(3, 4)))]).toHaveLength(1);
    expect([...frame!.payload]).toEqual([1, 2]);
  });

  it('are sent without copying their payload', () => {
    const payload = bytes(1, 2, 3);
    expect(encodeFrame({}, [payload])[1]).toBe(payload);
  });

  it('are not sent if their header is longer than a reader takes', () => {
    const header = { lengths: 'x'.repeat(16 * 2 ** 20) };
    expect(() => encodeFrame(header)).toThrow(
      /^A frame's header holds at most 16 MiB, not 16777230 bytes\.$/,
    );
  });

  it('are not sent if their payload is longer than its length can say', () => {
    const huge = { byteLength: 2 ** 32 } as Uint8Array;
    expect(() => encodeFrame({}, [huge])).toThrow(/^A frame holds at most 4 GiB, not 4294967296 bytes\.$/);
  });
});

describe('bytes that are no frames', () => {
  it.each([
    ['an HTTP request', text('GET / HTTP/1.1\r\n\r\n'), /^This is not a stream of frames\.$/],
    [
      'a line that TensorFlow prints',
      text('2026-01-01 00:00:00: I tensorflow/core'),
      /not a stream of frames/,
    ],
    ['a header of 4 GiB', bytes(255, 255, 255, 255, 0, 0, 0, 0), /not a stream of frames/],
    ['a header just beyond 16 MiB', bytes(1, 0, 0, 1, 0, 0, 0, 0), /not a stream of frames/],
    ['nothing but zeros', new Uint8Array(64), /JSON/],
    ['a header that is not JSON', Buffer.concat([bytes(3, 0, 0, 0, 0, 0, 0, 0), text('{a}')]), /JSON/],
  ])('are refused: %s', (_, stream, reason) => {
    expect(() => read(stream)).toThrow(reason);
  });
});
