// Starts the browsers that Debian has, headless. `pnpm setup:browsers` installs them.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export const BROWSERS = {
  Chromium: { executablePath: '/usr/bin/chromium', args: QUIET },
  Firefox: {
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    extraPrefsFirefox: { 'app.update.enabled': false },
  },
};

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
