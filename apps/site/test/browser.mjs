// A headless browser over the built site, for the tests that click.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { BROWSERS } from '../../../tools/browsers.mjs';
import { serve } from '../tools/serve.mjs';

/** Whether tests that need a browser are left out by the word of who runs them. */
export const LEFT_OUT = process.env.SKIP_BROWSERS === '1';

/** Calls `visit` with a page of the served site and its address; all is stopped afterwards. */
export async function withPage({ name = 'Chromium', width, height, dark = false }, visit) {
  const { executablePath, ...own } = BROWSERS[name];
  if (!existsSync(executablePath)) {
    throw new Error(`found no ${executablePath}: run pnpm setup:browsers, or set SKIP_BROWSERS=1`);
  }
  const server = await serve(0);
  const userDataDir = mkdtempSync(join(tmpdir(), 'site-browser-'));
  const options = { executablePath, headless: true, userDataDir, protocolTimeout: 300_000, ...own };
  const browser = await puppeteer.launch(options);
  try {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    if (dark) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await visit(page, `http://localhost:${server.address().port}`);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
    rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
