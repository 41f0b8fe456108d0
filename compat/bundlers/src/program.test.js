// Jest runs the program of Node.

import { expect, test } from '@jest/globals';

test('the program runs', async () => {
  const { outcome } = await import('./node.js');
  expect(outcome.structures).toBe('ok');
});
