// The playground, clicked through in a browser: workers run, a snapshot stands, a killed worker is
// recovered. After `pnpm run build`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEFT_OUT, withPage } from './browser.mjs';

const WAIT = { timeout: 60_000 };

for (const type of ['Masstree', 'Hamt', 'SkipList', 'AvlBatch']) {
  test(`${type} in the playground`, { skip: LEFT_OUT, timeout: 240_000 }, () =>
    withPage({ width: 1000, height: 1200 }, async (page, base) => {
      const faults = [];
      page.on('pageerror', (error) => faults.push(error.message));
      await page.goto(`${base}/playground.html`);
      await page.waitForSelector('.playground form', WAIT);
      const [structure, keys] = await page.$$('.playground select');
      await structure.select(type);
      await keys.select('1000');
      const button = async (text) =>
        (await page.waitForSelector(`::-p-xpath(//button[contains(., '${text}')])`, WAIT)).click();
      await button('Start');
      const until = (shows) => page.waitForFunction(shows, WAIT);
      await until(() => Number.parseInt(document.querySelector('.rate')?.textContent, 10) > 0);
      await button('Snapshot');
      await until(() => document.querySelector('.log').textContent.includes('keeps'));
      await button('Close it');
      await button('Kill a worker');
      await until(() => document.querySelector('.log').textContent.includes('recovered 1'));
      await button('Stop');
      assert.deepEqual(faults, []);
    }),
  );
}
