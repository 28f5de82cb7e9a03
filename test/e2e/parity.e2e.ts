import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { ended } from './processes.js';

const CLI = resolve('dist/parity/cli.js');
const GOLDENS = resolve('test/fixtures/goldens/pillow');

describe('npm run parity', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parity-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  function start(...args: readonly string[]): ChildProcess {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      MODELS_DIR: resolve('models'),
      LABELS_DIR: resolve('labels'),
    };
    return spawn(process.execPath, [CLI, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  it('tells how far off every stage of each golden is, and exits with 0 where all is right', async () => {
    const { code, out, err } = await ended(start('--model', 'shapes', '--golden', GOLDENS));
    expect([code, err]).toEqual([0, 'Loading shapes/1 …\n']);
    const lines = out.split('\n');
    expect(lines[0]).toBe(
      'shapes/1, 2 goldens; preprocessing: {size: [64, 64], resize: stretch, resampling: bilinear, colour: rgb, scale: tf}',
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^pillow\/star\.jpg +right +star \(0\.9\d\) +0\.00\d\d \/ 0\.00\d\d +0\.00\d \/ 0\.00\d +-$/,
      ),
    );
    expect(out).toMatch(/\nAll 2 came out right\.\nThe pictures are in parity\.html\.\n$/);
  });

  it('exits with 1 where something is wrong, and says what would match', async () => {
    const tensorflow = resolve('test/fixtures/goldens/tensorflow');
    const { code, out } = await ended(start('--model', 'shapes', '--golden', tensorflow, '--page', 'x.html'));
    expect(code).toBe(1);
    expect(out).toMatch(/^tensorflow\/circle\.jpg +WRONG +circle \(0\.9\d\) /m);
    expect(out).toContain(
      '0 of 1 came out right.\nWith preprocessing {resampling: tensorflow.bilinear} it comes out right.',
    );
    expect(out).toContain('The pictures are in x.html.');
  });

  it('writes a page with the pictures, their difference and the probabilities side by side', async () => {
    const tensorflow = resolve('test/fixtures/goldens/tensorflow');
    await ended(start('--model', 'shapes', '--golden', tensorflow));
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    });
    try {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('request', (request) => {
        if (/^https?:/.test(request.url())) faults.push(request.url());
      });
      await page.goto(`file://${join(folder, 'parity.html')}`);
      expect(await page.locator('h1').textContent()).toBe('Parity of shapes/1');
      expect(await page.locator('figcaption').allTextContents()).toEqual([
        'expected, scaling undone as configured',
        'here',
        expect.stringMatching(/^difference, \d+ times as bright$/),
      ]);
      const widths = await page
        .locator('img')
        .evaluateAll((all) => all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth));
      expect(widths).toEqual([64, 64, 64]);
      const circle = page.locator('.bars tbody tr', { has: page.locator('th', { hasText: /^circle$/ }) });
      expect(await circle.locator('td').allTextContents()).toEqual([
        expect.stringMatching(/^ ?0\.9\d$/),
        expect.stringMatching(/^ ?0\.9\d$/),
      ]);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'a folder that is not there',
      ['--model', 'shapes', '--golden', 'nowhere'],
      /^There is no folder nowhere\.\n$/,
    ],
    [
      'a model that is not there',
      ['--model', 'flowers'],
      /^There is no model "flowers"; there are denoise, shapes\.\n$/,
    ],
    [
      'a model without goldens',
      ['--model', 'shapes'],
      /^shapes has no goldens: name a folder of them by --golden\.\n$/,
    ],
    ['no model', [], /^Expected --model; with npm, options follow a --: npm run parity -- --model shapes\n$/],
    [
      'an option that is not known',
      ['--modle', 'x'],
      /^Unknown option '--modle'; see npm run parity -- --help\n$/,
    ],
    [
      'a model of encoded pictures',
      ['--model', 'denoise', '--golden', GOLDENS],
      /Goldens are for models that take a picture as pixels; this one takes encoded pictures\.\n$/,
    ],
  ])('says in one sentence that it was given %s', async (_, args, reason) => {
    const { code, out, err } = await ended(start(...args));
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(reason);
  });

  it('ends at Ctrl-C, and writes nothing then', async () => {
    const child = start('--model', 'shapes', '--golden', GOLDENS);
    await once(child.stderr!, 'data');
    child.kill('SIGINT');
    const { code, err } = await ended(child);
    expect([code, err]).toEqual([130, expect.stringContaining('Stopped: no page was written.')]);
    await expect(access(join(folder, 'parity.html'))).rejects.toThrow('ENOENT');
  });

  it('explains itself', async () => {
    const { code, out } = await ended(start('--help'));
    expect([code, out]).toEqual([0, expect.stringContaining('npm run parity -- --model <name>')]);
    expect(await readFile('docs/goldens.md', 'utf8')).toContain('npm run parity');
  });
});
