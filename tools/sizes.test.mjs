// What an app that makes one structure in an arena may weigh.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUDGETS, measure } from './sizes.mjs';

for (const app of BUDGETS) {
  test(`an app with one ${app.name} keeps its budget`, async () => {
    const { gzip } = await measure(app);
    const hint = '`node tools/sizes.mjs` says where they are';
    assert.ok(gzip <= app.bytes, `${gzip} bytes, at most ${app.bytes}: ${hint}`);
  });
}
