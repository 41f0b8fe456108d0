// What calls may cost, and the rule itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grewTooMuch } from '../packages/testkit/src/costs.ts';
import { costs, measure, withoutCounts } from './costs.mjs';

test('every public method has its cost in docs/COMPLEXITY.md, and keeps it', async () => {
  const { faults, document, text } = await costs();
  assert.deepEqual(faults, []);
  assert.equal(withoutCounts(document), withoutCounts(text), '`pnpm costs --write`');
});

test('a slope that is too steep is one', () => {
  assert.ok(!grewTooMuch('constant', 100, 140));
  assert.ok(grewTooMuch('constant', 100, 200));
  assert.ok(!grewTooMuch('logarithmic', 100, 200));
  assert.ok(grewTooMuch('logarithmic', 100, 1_600));
  assert.ok(!grewTooMuch('linear', 100, 1_800));
  assert.ok(grewTooMuch('linear', 100, 3_000));
  assert.ok(grewTooMuch('linearithmic', 1_000, 16_000 * 16));
});

test('a method without a row, a row without a method, and a tree that is a list are faults', () => {
  const row = { names: 'there gone', cost: 'O(1)', grows: 'constant', call: () => {} };
  const { faults } = measure({
    ...{ structure: 'S', n: 'entries', size: 10, about: {}, worlds: { one: (n) => n } },
    objects: [{ what: 'S', of: () => ({ there: 1, other: 2 }), rows: [row] }],
    height: (n) => n,
  });
  assert.deepEqual(faults, [
    'S, one: height 10 grows to 160',
    'S.other: has no row',
    'S.gone: is not there',
  ]);
});
