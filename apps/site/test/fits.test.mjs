// Every page of the built site in a browser, on a dark phone and on a light screen: nothing is
// wider than the page, nothing fails to load, nothing throws. After `pnpm run build`.
//
//   SHOTS=FOLDER node --test test/fits.test.mjs    keeps a picture of the top of each page

import assert from 'node:assert/strict';
import { globSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { LEFT_OUT, withPage } from './browser.mjs';

const DIST = resolve(import.meta.dirname, '../.vitepress/dist');
const { SHOTS } = process.env;

const LOOKS = [
  { width: 390, height: 844, dark: true },
  { width: 1400, height: 900, dark: false },
];

const pages = globSync('**/*.html', { cwd: DIST })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path !== '404.html')
  .sort();

for (const look of LOOKS) {
  const name = `${look.width}-${look.dark ? 'dark' : 'light'}`;
  test(`every page at ${name}`, { skip: LEFT_OUT, timeout: 600_000 }, () =>
    withPage(look, async (page, base) => {
      const problems = [];
      let at = '';
      page.on('pageerror', ({ message }) => problems.push(`${at}: ${message}`));
      page.on('requestfailed', (request) => problems.push(`${at}: no ${request.url()}`));
      page.on('response', (r) => r.status() >= 400 && problems.push(`${at}: no ${r.url()}`));
      for (at of pages) {
        await page.goto(`${base}/${at}`, { waitUntil: 'load' });
        await page.waitForFunction(() => document.querySelector('#app')?.__vue_app__ !== undefined);
        const { over, dark, title } = await page.evaluate(() => {
          const { scrollWidth, clientWidth, classList } = document.documentElement;
          const wide = scrollWidth - clientWidth;
          return { over: wide, dark: classList.contains('dark'), title: document.title };
        });
        if (over > 0) problems.push(`${at}: ${over} pixels too wide`);
        if (dark !== look.dark) problems.push(`${at}: dark is ${dark}`);
        if (title === '') problems.push(`${at}: no title`);
        if (SHOTS !== undefined) {
          mkdirSync(SHOTS, { recursive: true });
          const file = `${at.replaceAll('/', '_').replace('.html', '')}-${name}.png`;
          await page.screenshot({ path: join(SHOTS, file) });
        }
      }
      assert.ok(pages.length > 200, `${pages.length} pages`);
      assert.deepEqual(problems, []);
    }),
  );
}
