// Structures are drawn from their memory; what is read there must be all that is in them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRAWINGS } from '../tools/drawings.mjs';

for (const [name, drawings] of Object.entries(DRAWINGS)) {
  for (const [what, draw] of Object.entries(drawings)) {
    test(`${name}: ${what}`, () => {
      const svg = draw(); // Asserts by itself that it has found all entries.
      assert.match(svg, /^<svg [^>]*viewBox="0 0 700 \d+"[^>]*aria-label="[^"]+"/);
      assert.ok(!/NaN|undefined|Infinity/.test(svg));
      const [, height] = /viewBox="0 0 700 (\d+)"/.exec(svg);
      for (const [, x, y] of svg.matchAll(/<(?:rect|text) x="([^"]*)" y="([^"]*)"/g)) {
        assert.ok(Number(x) >= 0 && Number(x) <= 700, `${x} in 700`);
        assert.ok(Number(y) >= 0 && Number(y) <= Number(height), `${y} in ${height}`);
      }
    });
  }
}
