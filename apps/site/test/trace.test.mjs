// A failing schedule, played to its end in a browser. After `pnpm run build`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEFT_OUT, withPage } from './browser.mjs';

test('each committed schedule plays to the invariant that breaks', { skip: LEFT_OUT }, () =>
  withPage({ width: 390, height: 1200, dark: true }, async (page, base) => {
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${base}/checker.html`);
    const select = await page.waitForSelector('.trace select', { timeout: 60_000 });
    const options = await page.$$eval('.trace option', (all) => all.map(({ value }) => value));
    assert.ok(options.length >= 3);
    for (const option of options) {
      await select.select(option);
      const button = (text) => page.locator(`::-p-xpath(//button[contains(., '${text}')])`).click();
      await button('Step');
      await button('To the next change');
      assert.equal(await page.$('.trace .danger'), null);
      await button('To the end');
      await page.waitForSelector('.trace .danger');
      const lanes = await page.$$eval('.trace th', (heads) => heads.map((th) => th.textContent));
      assert.ok(lanes.length >= 2 && lanes.includes('T0'));
    }
    assert.deepEqual(faults, []);
  }),
);
