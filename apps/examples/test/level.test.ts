import { expect, test } from 'vitest';
import { run } from './run.ts';

test('level: the store passes the test suite of abstract-level', async () => {
  const { code, stdout, stderr } = await run('../test/level-suite.mjs');
  const failures = stdout.split('\n').filter((line) => line.startsWith('not ok'));
  expect({ code, failures, stderr }).toEqual({ code: 0, failures: [], stderr: '' });
  expect(Number(/^# pass {2}(\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(5000);
});
