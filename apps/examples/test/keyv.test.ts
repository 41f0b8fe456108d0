import suite, { keyvIteratorTests } from '@keyv/test-suite';
import { Arena } from '@x/shm-arena';
import Keyv from 'keyv';
import * as vitest from 'vitest';
import { afterAll, describe, expect, test } from 'vitest';
import { KeyvCache } from '../src/keyv/store.ts';

const arena = Arena.create({ bytes: 2 ** 24 });
const bounds = { name: 'cache', maxEntries: 1000 };
/** A Keyv tells its store the namespace, so each has a store, and all have one cache. */
const store = () => new KeyvCache(arena, bounds);
// The suite knows an older vitest, of which it calls what has not changed.
const runner = vitest as never;

afterAll(() => {
  expect(arena.verify().problems).toEqual([]);
});

describe("keyv: Keyv's own tests", () => {
  suite(runner, Keyv, store as never);
});

describe("keyv: Keyv's own tests of iterators", () => {
  // Keyv makes none for a store that it does not know by name.
  const known = () => {
    const made = store();
    made.opts.dialect = 'redis';
    return made;
  };
  keyvIteratorTests(runner, Keyv, known as never);
});

test('keyv: many are looked for and deleted at once; a life that is no whole number', async () => {
  const keyv = new Keyv(store(), { namespace: 'many' });
  await keyv.set('a', 1, 60_000.5);
  await keyv.set('b', 2);
  expect(await keyv.has(['a', 'x', 'b'])).toEqual([true, false, true]);
  expect(await keyv.delete(['x', 'a'])).toBe(true);
  expect(await keyv.get(['a', 'b'])).toEqual([undefined, 2]);
});

test('keyv: handles see what others do; a cache without namespace is cleared', async () => {
  const one = new Keyv(store(), { namespace: undefined });
  const other = new Keyv(store(), { namespace: undefined });
  await one.set('here', 1);
  expect(await other.get('here')).toBe(1);
  await other.clear();
  expect(await one.get('here')).toBeUndefined();
  await one.disconnect();
  await other.disconnect();
});
