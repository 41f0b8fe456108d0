// A headless browser over the built site, for the tests that click.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { serve } from '../tools/serve.mjs';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether tests that need a browser are left out by the word of who runs them. */
export const LEFT_OUT = process.env.SKIP_BROWSERS === '1';

/** Calls `visit` with a page of the served site and its address; all is stopped afterwards. */
export async function withPage({ width, height, dark = false }, visit) {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`found no ${CHROMIUM}: install Debian's chromium, or set SKIP_BROWSERS=1`);
  }
  const server = await serve(0);
  const userDataDir = mkdtempSync(join(tmpdir(), 'site-browser-'));
  const options = { executablePath: CHROMIUM, headless: true, userDataDir, args: ARGUMENTS };
  const browser = await puppeteer.launch(options);
  try {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    const scheme = { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' };
    await page.emulateMediaFeatures([scheme]);
    await visit(page, `http://localhost:${server.address().port}`);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
    rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
