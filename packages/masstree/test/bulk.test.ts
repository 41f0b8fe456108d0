// bulkLoad: a map's first entries, all at once or none.

import type { Arena } from '@x/shm-arena';
import { bytes, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { Control, codeOf, content, freshArena, random, start, turn, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  arena.recover();
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

type Entries = [string, number][];

const made = () => Masstree.create<string, number>(arena, { value: u32 });
const numbered = (count: number, keyOf: (n: number) => string = userKey): Entries =>
  Array.from({ length: count }, (_, n) => [keyOf(n), n]);

const digits = (n: number) => String(n).padStart(6, '0');
/** Ascending keys, by what is special about them. */
const KINDS: Record<string, (n: number) => string> = {
  short: (n) => digits(n).slice(2),
  'of one slice each': (n) => `${digits(n)}--`,
  'of two slices': userKey,
  'alike in forty bytes': (n) => `${'common-'.repeat(6)}${digits(n)}`,
  'alike in all but what is behind': (n) => digits(n >> 4) + 'x'.repeat(n & 15),
  'long behind a slice': (n) => `${digits(n)}${'.'.repeat(n % 200)}`,
};

describe.each(Object.keys(KINDS))('keys %s', (kind) => {
  test.each([0, 1, 2, 7, 14, 15, 16, 100, 1000, 9000])('%i of them are there', (count) => {
    const entries = numbered(count, KINDS[kind]);
    const map = made();
    map.bulkLoad(entries);
    expect([map.size, map.verify().problems]).toEqual([count, []]);
    expect([...map]).toEqual(entries);
    expect([...map.entries({ reverse: true })]).toEqual(entries.toReversed());
    expect(map.getMany(entries.map(([key]) => key))).toEqual(entries.map(([, n]) => n));
    expect(map.get(`${KINDS[kind]!(count)}!`)).toBe(undefined);
  });

  test('what was loaded is written like any other map', () => {
    const map = made();
    const model = new Map(numbered(3000, KINDS[kind]));
    map.bulkLoad(model);
    const before = map.snapshot();
    const below = random(6);
    for (let n = 0; n < 6000; n++) {
      const key = `${KINDS[kind]!(below(3000))}${below(3) === 0 ? '+' : ''}`;
      if (below(2) === 0) expect(map.delete(key)).toBe(model.delete(key));
      else {
        expect(map.swap(key, n)).toBe(model.get(key));
        model.set(key, n);
      }
    }
    expect(content(map)).toEqual(content(model));
    expect([...before]).toEqual(numbered(3000, KINDS[kind]));
    before.close();
    map.clear();
    expect([map.size, map.verify().problems]).toEqual([0, []]);
    map.bulkLoad(numbered(100));
    expect([...map]).toEqual(numbered(100));
  });
});

test('values of all lengths, also those that no block holds', () => {
  const map = Masstree.create<string, Uint8Array>(arena, { value: bytes });
  const entries = [...Array(60).keys(), 100_000, 2_000_000, 3].map((length, n) => {
    return [userKey(n), new Uint8Array(length).fill(n)] as const;
  });
  map.bulkLoad(entries);
  expect(content(map)).toEqual(entries);
  expect(map.take(userKey(61))).toEqual(entries[61]![1]);
});

test('its leaves are full: it takes no more than ascending writes', () => {
  const entries = numbered(50_000);
  const [loaded, written] = [made(), made()];
  loaded.bulkLoad(entries);
  written.setMany(entries);
  expect(loaded.stats().bytes).toBeLessThanOrEqual(written.stats().bytes);
});

describe('nothing has changed', () => {
  /** Loads what is refused; the map is empty then, and what was made is gone. */
  function refused(load: (map: Masstree<string, number>) => void, code: string): string {
    const map = made();
    map.set('a', 1).delete('a');
    map.maintain();
    const { blocks } = map.stats();
    expect(codeOf(() => load(map))).toBe(code);
    expect([map.size, content(map), map.verify().problems]).toEqual([0, [], []]);
    map.maintain();
    expect(map.stats().blocks).toBe(blocks);
    map.bulkLoad(numbered(10));
    expect(map.size).toBe(10);
    try {
      load(made());
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  }

  test.each([[0], [1], [500], [2998]])('when a key does not ascend behind %i', (at) => {
    const entries = numbered(3000);
    for (const wrong of [entries[at]![0], '', `${userKey(at)}`.slice(0, -1)]) {
      const given = entries.map(([key, n]): [string, number] => [n === at + 1 ? wrong : key, n]);
      const message = refused((map) => map.bulkLoad(given), 'OUT_OF_RANGE');
      expect(message).toContain(`[${at + 1}]`);
    }
  });

  test('when what is given throws, or is no entry', () => {
    function* failing(): Generator<[string, number]> {
      yield* numbered(2000);
      throw Object.assign(new Error('no'), { code: 'MINE' });
    }
    refused((map) => map.bulkLoad(failing()), 'MINE');
    const wrong = [...numbered(100), ['z', -1]] as Entries;
    refused((map) => map.bulkLoad(wrong), 'OUT_OF_RANGE');
    for (const none of [5, null, undefined, {}, 'ab'] as never[]) {
      refused((map) => map.bulkLoad([['a', 1], none]), 'INVALID_TYPE');
      refused((map) => map.bulkLoad(none), 'INVALID_TYPE');
    }
    refused((map) => map.bulkLoad([['\ud800', 1]]), 'INVALID_TYPE');
  });

  test('when the map has an entry, before or by then', () => {
    const map = made().set('there', 1);
    expect(codeOf(() => map.bulkLoad(numbered(1000)))).toBe('OUT_OF_RANGE');
    expect(content(map)).toEqual([['there', 1]]);
    const other = made();
    function* writing(): Generator<[string, number]> {
      yield* numbered(1000);
      other.set('meanwhile', 2);
    }
    expect(codeOf(() => other.bulkLoad(writing()))).toBe('OUT_OF_RANGE');
    expect([content(other), other.verify().problems]).toEqual([[['meanwhile', 2]], []]);
  });

  test('when this thread is loading already', () => {
    const map = made();
    function* nesting(): Generator<[string, number]> {
      yield ['a', 1];
      expect(codeOf(() => map.bulkLoad([['b', 2]]))).toBe('CONTENDED');
      yield ['c', 3];
    }
    map.bulkLoad(nesting());
    expect(content(map)).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
  });

  test('when this thread leaves the map, or all do, amid it', () => {
    const ends: Record<string, (map: Masstree<string, number>) => void> = {
      close: (map) => map.close(),
      destroy: (map) => map.destroy(),
    };
    for (const [what, end] of Object.entries(ends)) {
      const { used } = arena.stats();
      const map = Masstree.create<string, number>(arena, { value: u32, name: what });
      function* ending(): Generator<[string, number]> {
        yield* numbered(3000);
        end(map);
        yield ['~', 1];
      }
      expect(codeOf(() => map.bulkLoad(ending()))).toBe('CLOSED');
      if (what === 'close') {
        const again = Masstree.open<string, number>(arena, what, { value: u32 });
        expect([again.size, again.verify().problems]).toEqual([0, []]);
        again.bulkLoad(numbered(10));
        expect([...again]).toEqual(numbered(10));
        again.destroy();
      }
      arena.recover();
      arena.trim();
      expect([what, arena.stats().used]).toEqual([what, used]);
    }
  });

  test('when this thread leaves the arena amid it', () => {
    const small = freshArena();
    const other = Masstree.create<string, number>(small, { value: u32 });
    function* leaving(): Generator<[string, number]> {
      yield* numbered(3000);
      small.detach();
      yield ['~', 1];
    }
    expect(codeOf(() => other.bulkLoad(leaving()))).toBe('CLOSED');
  });

  test('when the arena is full', () => {
    const small = freshArena({ bytes: 2 ** 22, participants: 2 });
    const map = Masstree.create<string, string>(small, { value: utf8 });
    const text = 'x'.repeat(1000);
    const entries = Array.from({ length: 10_000 }, (_, n) => [userKey(n), text] as const);
    for (let round = 0; round < 3; round++) {
      expect(codeOf(() => map.bulkLoad(entries))).toBe('ARENA_FULL');
      expect([map.size, map.verify().problems]).toEqual([0, []]);
    }
    map.bulkLoad(entries.slice(0, 2000));
    expect(map.size).toBe(2000);
    expect(small.verify().problems).toEqual([]);
    small.detach();
  });
});

test('meanwhile the map is empty for all, and then it has everything', () => {
  const map = made();
  const other = Masstree.attach<string, number>(arena, map.handle, { value: u32 });
  function* looking(): Generator<[string, number]> {
    for (const [key, n] of numbered(2000)) {
      if (n % 500 === 0)
        expect([map.size, other.get(userKey(0)), [...other]]).toEqual([0, undefined, []]);
      yield [key, n];
    }
  }
  const before = map.snapshot();
  map.bulkLoad(looking());
  expect([other.size, before.size, [...before]]).toEqual([2000, 0, []]);
  expect([...other]).toEqual(numbered(2000));
});

test('one of several threads that load wins; the deaths of others leave nothing', async () => {
  for (let round = 0; round < 4; round++) {
    const map = made();
    const control = new Control();
    const threads = [0, 1, 2].map((n) =>
      start(arena, map, control, n, 'load', { from: n * 1e6, count: 20_000 }),
    );
    control.go();
    await control.reached(threads[0]!, 0, 1 + round * 200);
    await threads[0]!.terminate();
    const won = (await Promise.all([threads[1]!.message, threads[2]!.message])) as boolean[];
    await Promise.all(threads.map(({ gone }) => gone));
    arena.recover();
    await turn();
    expect(won.filter(Boolean).length).toBeLessThanOrEqual(1);
    const [first] = map.keys({ limit: 1 });
    const winner = first === undefined ? -1 : Math.floor(Number(first.slice(5)) / 1e6);
    if (won.includes(true)) expect(winner).toBe(won[0] ? 1 : 2);
    expect(map.size).toBe(winner === -1 ? 0 : 20_000);
    expect([...map.keys()].length).toBe(map.size);
    expect(map.verify().problems).toEqual([]);
    const { pendingBlocks, boundBlocks } = map.stats();
    expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
    map.destroy();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
  }
});
