// Found by the soak of the packages: a write met the limit, and while its error was being put into
// words another thread sealed, flushed and destroyed the list. It threw CLOSED instead.

import { afterAll, expect, test, vi } from 'vitest';

let meanwhile: (() => void) | undefined;

vi.mock('../src/stats.ts', async (original) => {
  const stats = await original<typeof import('../src/stats.ts')>();
  return {
    ...stats,
    tryStats(...args: Parameters<typeof stats.tryStats>): number {
      const status = stats.tryStats(...args);
      const now = meanwhile;
      meanwhile = undefined;
      // Another thread's calls would have left this one's result block as it is.
      const { words } = args[0].crossing;
      const results = words.slice(0, 16);
      now?.();
      if (now !== undefined) words.set(results);
      return status;
    },
  };
});

// Test files share their modules: this one has its own, and leaves none behind.
vi.resetModules();
const { Arena } = await import('@x/shm-arena');
const { SkipList } = await import('../src/index.ts');
afterAll(() => vi.resetModules());

test('LIMIT_REACHED stays what it is when the list is sealed and destroyed meanwhile', () => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const list = SkipList.create(arena, { maxEntries: 1 });
  list.set('a', 1);
  meanwhile = () => list.seal().destroy();
  expect(() => list.set('b', 2)).toThrow(expect.objectContaining({ code: 'LIMIT_REACHED' }));
  expect(list.set('b', 2).get('b')).toBe(2);
  arena.detach();
});
