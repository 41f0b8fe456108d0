import { expect, test } from 'vitest';
import { run } from './run.ts';

test('level: the store passes the test suite of abstract-level', async () => {
  const { code, stdout, stderr } = await run('../test/level-suite.mjs');
  const failures = stdout.split('\n').filter((line) => line.startsWith('not ok'));
  expect({ code, failures, stderr }).toEqual({ code: 0, failures: [], stderr: '' });
  expect(Number(/^# pass {2}(\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(5000);
});

test('level: what the workers have put into the store is found there', async () => {
  const { code, stdout, stderr } = await run('level/level.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(
    '2000 orders of 2 clerks, 999000 cents\n' +
      '2000 entries of the index in a snapshot, 1400 now\n' +
      "the last one { customer: 'customer 6', cents: 996 }\n",
  );
});
