// Starts browsers, headless.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { BROWSERS } from '../../tools/browsers.mjs';

/** The names of those that are not installed. */
export const missing = () =>
  Object.keys(BROWSERS).filter((name) => !existsSync(BROWSERS[name].executablePath));

/** Runs `use` with a browser of a profile of its own. */
export async function withBrowser(name, use) {
  const userDataDir = mkdtempSync(join(tmpdir(), 'browser-'));
  const protocolTimeout = 900_000;
  const options = { headless: true, userDataDir, protocolTimeout, ...BROWSERS[name] };
  const browser = await puppeteer.launch(options);
  try {
    return await use(browser);
  } finally {
    await browser.close();
    rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
