// The playground, clicked through in each browser: workers run, a snapshot stands, a killed worker
// is recovered. After `pnpm run build`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROWSERS } from '../../../tools/browsers.mjs';
import { LEFT_OUT, withPage } from './browser.mjs';

const WAIT = { timeout: 60_000 };

const STRUCTURES = ['Masstree', 'Hamt', 'SkipList', 'AvlBatch'];

for (const name of Object.keys(BROWSERS)) {
  for (const type of STRUCTURES) {
    test(`${type} in the playground, ${name}`, { skip: LEFT_OUT, timeout: 240_000 }, () =>
      withPage({ name, width: 1000, height: 1200 }, (page, base) => clickThrough(page, base, type)),
    );
  }
}

async function clickThrough(page, base, type) {
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
  const until = async (shows) => {
    try {
      await page.waitForFunction(shows, WAIT);
    } catch (cause) {
      const said = await page.evaluate(() => document.querySelector('.playground').textContent);
      throw new Error(`not within a minute: ${shows}, in\n${said}`, { cause });
    }
  };
  await until(() => Number.parseInt(document.querySelector('.rate')?.textContent, 10) > 0);
  await button('Snapshot');
  await until(() => document.querySelector('.log').textContent.includes('keeps'));
  await button('Close it');
  await button('Kill a worker');
  await until(() => document.querySelector('.log').textContent.includes('worker 1 is recovered'));
  await button('Stop');
  assert.deepEqual(faults, []);
}
