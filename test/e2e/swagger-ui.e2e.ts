import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { TestServer } from './server.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Where there is no browser, these are reported as skipped; CI installs one and says so.
const inBrowser = CHROMIUM || process.env.CI ? describe : describe.skip;

inBrowser('Swagger UI in Chromium', () => {
  let server: TestServer;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes', denoise: 'models/denoise' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    });
    profile = await mkdtemp(join(tmpdir(), 'tensornest-chromium-'));
    context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });
  afterAll(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
    await server.stop();
  });

  const operation = (path: string) =>
    page.locator('.opblock', { has: page.locator(`[data-path="${path}"]`) });

  const addFile = async (form: Locator, sample: string): Promise<void> => {
    const files = form.locator('tr[data-property-name="image"] input[type="file"]');
    await files.last().waitFor();
    if (await files.last().inputValue())
      await form.locator('tr[data-property-name="image"] .json-schema-form-item-add').click();
    await files.last().setInputFiles(resolve(import.meta.dirname, '../../samples', sample));
  };

  it('opens from the root without a complaint in its console', async () => {
    await page.goto(server.url);
    expect(page.url()).toBe(`${server.url}/docs`);
    await page.getByText('TensorFlow image models over HTTP').waitFor();
    expect(complaints).toEqual([]);
  });

  it('fits a telephone, and asks for the key in one box', async () => {
    expect(await page.locator('meta[name="viewport"]').getAttribute('content')).toMatch(/width=device-width/);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container').first().waitFor();
    expect(await page.locator('.auth-container input').count()).toBe(1);
    await page.getByRole('button', { name: 'Close' }).first().click();
  });

  it('authorises, sends a sample picture with Try it out and shows the right label', async () => {
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container', { hasText: 'X-API-Key' }).locator('input').first().fill(server.key);
    await page
      .locator('.auth-container', { hasText: 'X-API-Key' })
      .getByRole('button', { name: 'Apply credentials' })
      .click();
    await page.getByRole('button', { name: 'Close' }).first().click();

    const predict = operation('/predict');
    await predict.locator('.opblock-summary').click();
    await addFile(predict, 'heart.jpg');
    await predict.getByRole('button', { name: 'Execute' }).click();
    const answer = predict.locator('.live-responses-table .response-col_description pre').first();
    await answer.waitFor();
    expect(await answer.innerText()).toMatch(/"prediction":\s*"heart"/);
  });

  it('sends several files of one form', async () => {
    const predict = operation('/predict');
    await addFile(predict, 'star.jpg');
    await predict.getByRole('button', { name: 'Execute' }).click();
    const answer = predict.locator('.live-responses-table .response-col_description pre').first();
    await answer.getByText('"predictions"').first().waitFor();
    expect(await answer.innerText()).toMatch(/"predictions":\s*\[\s*"heart",\s*"star"\s*\]/);
  });

  it('shows the picture that an image-to-image model answers', async () => {
    const predict = operation('/models/{model}/predict');
    await predict.locator('.opblock-summary').click();
    await predict.locator('tr[data-param-name="model"] input').fill('denoise');
    await addFile(predict, 'noisy.png');
    await predict.locator('.response-control-media-type select').first().selectOption('image/png');
    await predict.getByRole('button', { name: 'Execute' }).click();
    const picture = predict.locator('.live-responses-table img');
    await picture.waitFor();
    expect(
      await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(0);
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  });
});
