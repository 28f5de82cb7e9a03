import { ProgressBar, progressLine, size, stage } from './progress.js';

describe('size', () => {
  it.each([
    [999, '1 kB'],
    [258_876_263, '259 MB'],
    [1_276_000_000, '1.3 GB'],
  ])('says %d bytes as %s', (bytes, text) => expect(size(bytes)).toBe(text));
});

describe('progressLine', () => {
  it('shows share, bytes and speed', () => {
    expect(progressLine('wheel 1.0', 50e6, 200e6, 2)).toBe(
      'wheel 1.0  [####------------]  25 %  50 MB of 200 MB, 25.0 MB/s',
    );
  });

  it('never shows more than there is', () => {
    expect(progressLine('w', 300e6, 200e6, 0)).toBe('w  [################] 100 %  200 MB of 200 MB');
  });
});

const screenOf = (isTTY: boolean) => {
  const written: string[] = [];
  return { isTTY, columns: 100, written, write: (text: string) => written.push(text) };
};

describe('ProgressBar', () => {
  it('redraws one line on a terminal, and wipes it at the end', () => {
    const terminal = screenOf(true);
    const bar = new ProgressBar(terminal, 'w', 100e6);
    bar.show(10e6, 0);
    bar.close();
    bar.show(20e6, 1000);
    expect(terminal.written).toHaveLength(2);
    expect(terminal.written[0]).toMatch(/^\r.*w {2}\[##-+\] {2}10 %/);
    expect(terminal.written[1]).not.toContain('%');
  });

  it('writes a line at each quarter in a log', () => {
    const log = screenOf(false);
    const bar = new ProgressBar(log, 'w', 100e6);
    for (const percent of [0, 10, 26, 30, 51, 52, 76, 100]) bar.show(percent * 1e6, percent * 10);
    expect(log.written.map((line) => /(\d+) %/.exec(line)?.[1])).toEqual(['26', '51', '76']);
  });
});

describe('stage', () => {
  const lines = ['Doing it', 'Did it'] as const;

  it('leaves one line with its duration in a log', async () => {
    const written: string[] = [];
    expect(await stage({ write: (text) => written.push(text) }, lines, async () => 7)).toBe(7);
    expect(written).toEqual([expect.stringMatching(/^ {2}Did it in \d+\.\d s\n$/)]);
  });

  it('leaves none when it fails, and wipes what a terminal showed', async () => {
    const written: string[] = [];
    const screen = { isTTY: true, write: (text: string) => written.push(text) };
    const fail = () => Promise.reject(new Error('no'));
    await expect(stage(screen, lines, fail)).rejects.toThrow('no');
    expect(written).toEqual(['  Doing it …', '\r\u001b[2K']);
  });
});
