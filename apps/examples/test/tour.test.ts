import { describe, expect, test } from 'vitest';
import { expectAsKept, run } from './run.ts';

const SLICE = ['--records', '2000'];
/** Each tour reads the whole source in every thread: seconds, more on a busy machine. */
const PATIENCE_MS = 120_000;

describe('the tour', { timeout: PATIENCE_MS }, () => {
  test.each(['2', '3'])(
    'tells its whole story with %s workers on a slice of the data',
    async (n) => {
      const { code, stdout, stderr, left } = await run('tour/tour.ts', ...SLICE, '--workers', n);
      expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
      expect(stdout).toContain(`2 000 places of GeoNames, ${n} workers`);
      expect(stdout).toMatch(/^Together +none wrong +[\d.]+ s +\d[\d ]+$/m);
      expect(stdout).not.toContain('\u001b');
      expectAsKept('tour', stdout);
    },
  );

  test('ends with 1 and leaves no file when a result is wrong', async () => {
    const { code, stdout, stderr, left } = await run('tour/tour.ts', ...SLICE, '--spoil', '7');
    expect({ code, left }).toEqual({ code: 1, left: [] });
    expect(stderr).toMatch(/The tour has failed. .*row 7: expected/);
    expect(stdout).not.toContain('none wrong');
  });

  test('refuses a number of workers that is none', async () => {
    const { code, stderr } = await run('tour/tour.ts', '--workers', 'many');
    expect(code).toBe(1);
    expect(stderr).toContain('expected a whole number, found many');
  });
});
