// A short run of the soak of the packages; the long one is `pnpm verify:soak`.

import { expect, test } from 'vitest';
import { soakPackages } from '../src/packages-soak/host.ts';

const SEED = 20_241;

test('workers are terminated and replaced; what their finished calls wrote is there', async () => {
  const { failure, terminated, compared, calls } = await soakPackages({ seed: SEED, kills: 6 });
  expect(failure, 'again: pnpm verify:soak -- packages --seed 20241').toBeUndefined();
  expect(terminated).toBeGreaterThanOrEqual(6);
  expect(compared).toBeGreaterThan(0);
  expect(calls).toBeGreaterThan(0);
}, 120_000);
