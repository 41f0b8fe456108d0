// Every way a call can fail, told apart by its code, and that nothing has changed after it.

import type { Arena, Codec } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('full, limited and sealed are different, and change nothing', () => {
  test('ARENA_FULL: every write says so, reads and destroy go on', () => {
    const small = freshArena({ bytes: 2 * 2 ** 20 });
    const list = SkipList.create<string, Uint8Array>(small, { value: bytes });
    const value = new Uint8Array(1000);
    let written = 0;
    const code = codeOf(() => {
      for (;;) {
        list.set(userKey(written), value);
        written++;
      }
    });
    expect(code).toBe('ARENA_FULL');
    expect(written).toBeGreaterThan(500);
    const before = content(list);
    const stats = list.stats();
    expect(before).toHaveLength(written);
    const large = new Uint8Array(100_000);
    expect(codeOf(() => list.set('x', large))).toBe('ARENA_FULL');
    expect(codeOf(() => list.insert('x', large))).toBe('ARENA_FULL');
    expect(codeOf(() => list.getOrInsert('x', large))).toBe('ARENA_FULL');
    const batch = [
      ...[{ type: 'set' as const, key: 'a', value }],
      ...[{ type: 'set' as const, key: 'x', value: large }],
    ];
    expect(codeOf(() => list.writeBatch(batch))).toBe('ARENA_FULL');
    expect(list.get('x')).toBe(undefined);
    expect(list.get('a')).toBe(undefined);
    expect(content(list)).toEqual(before);
    expect(list.stats()).toMatchObject({ entries: stats.entries, live: stats.live });
    expect(list.verify().problems).toEqual([]);
    list.destroy();
    small.recover();
    const next = SkipList.create<string, Uint8Array>(small, { value: bytes });
    // Towers are random: the same number may need a few bytes more.
    for (let n = 0; n < written - 20; n++) next.set(userKey(n), value);
    expect(small.verify().problems).toEqual([]);
    small.detach();
  });

  test('LIMIT_REACHED by maxEntries: exact for one thread', () => {
    const list = SkipList.create<string, number>(arena, { value: u32, maxEntries: 10 });
    for (let n = 0; n < 10; n++) list.set(userKey(n), n);
    expect(codeOf(() => list.set('x', 1))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.set(userKey(0), 1))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.insert('x', 1))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.getOrInsert('x', 1))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.delete('x'))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.writeBatch([{ type: 'delete', key: 'x' }]))).toBe('LIMIT_REACHED');
    expect(() => list.set('x', 1)).toThrow(/10 versions of at most 10/);
    expect(list.insert(userKey(0), 1)).toBe(false);
    expect(list.getOrInsert(userKey(0), 1)).toBe(0);
    expect(list.compareAndSet(userKey(0), 1, 2)).toBe(false);
    expect(codeOf(() => list.compareAndSet(userKey(0), 0, 2))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.update(userKey(0), () => 2))).toBe('LIMIT_REACHED');
    expect(list.stats()).toMatchObject({ entries: 10, live: 10 });
    expect(list.size).toBe(10);
    list.seal();
    list.set('x', 1);
    expect(list.size).toBe(11);
  });

  test('LIMIT_REACHED by maxEntries: a batch fits as a whole or not at all', () => {
    const list = SkipList.create<string, number>(arena, { value: u32, maxEntries: 10 });
    const batch = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        type: 'set' as const,
        key: userKey(n),
        value: n,
      }));
    expect(codeOf(() => list.writeBatch(batch(11)))).toBe('LIMIT_REACHED');
    expect(content(list)).toEqual([]);
    expect(list.writeBatch(batch(10)).written).toBe(10);
    expect(codeOf(() => list.writeBatch(batch(1)))).toBe('LIMIT_REACHED');
  });

  test('LIMIT_REACHED by maxBytes, while the arena has room', () => {
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes, maxBytes: 2 ** 20 });
    const value = new Uint8Array(1000);
    let written = 0;
    const code = codeOf(() => {
      for (;;) list.set(userKey(written++), value);
    });
    expect(code).toBe('LIMIT_REACHED');
    expect(list.stats().bytes).toBeLessThanOrEqual(2 ** 20);
    expect(list.stats().maxBytes).toBe(2 ** 20);
    expect(list.size).toBe(written - 1);
    list.seal();
    list.set('x', value);
    expect(list.size).toBe(written);
  });

  test('LIMIT_REACHED by seal: 32 lists in one stack', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    for (let n = 0; n < 31; n++) {
      list.set(userKey(n), n);
      list.seal();
    }
    expect(codeOf(() => list.seal())).toBe('LIMIT_REACHED');
    expect(list.size).toBe(31);
    list.frozen()[0]!.destroy();
    list.seal();
    expect(list.size).toBe(30);
  });
});

describe('keys and values that do not fit', () => {
  test('no ARENA_FULL while this thread has empty pages left from blocks it has freed', () => {
    const small = freshArena({ bytes: 2 ** 22, participants: 2 });
    const list = SkipList.create<string, number>(small, { value: u32 });
    const blocks: number[] = [];
    for (let at = small.tryAlloc(2 ** 12); at !== 0; at = small.tryAlloc(2 ** 12)) blocks.push(at);
    for (const at of blocks) small.free(at);
    for (let n = 0; n < 10_000; n++) list.set(userKey(n), n);
    expect(list.size).toBe(10_000);
    small.detach();
  });

  test('ARENA_FULL for a batch of more than 1 GiB', () => {
    const large: Codec<number> = {
      id: 'large',
      version: 1,
      encode: () => 2 ** 30 + 64,
      decode: () => 0,
    };
    const list = SkipList.create<string, number>(arena, { value: large });
    const call = () => list.writeBatch([{ type: 'set', key: 'a', value: 1 }]);
    expect(codeOf(call)).toBe('ARENA_FULL');
  });

  test('VALUE_TOO_LARGE before a batch beyond 2 GiB is even allocated', () => {
    const huge: Codec<number> = {
      ...{ id: 'huge', version: 1 },
      encode: (value) => value,
      decode: () => 0,
    };
    const list = SkipList.create<string, number>(arena, { value: huge });
    const call = () => list.writeBatch([{ type: 'set', key: 'a', value: 2 ** 31 }]);
    expect(call).toThrow(RangeError);
    expect(codeOf(call)).toBe('VALUE_TOO_LARGE');
    expect(list.stats().entries).toBe(0);
  });
});

describe('contention', () => {
  interface Inside {
    core: { kernel: Record<string, unknown> };
  }

  /** Lets the kernel say CONTENDED `times` times before `put` does its work. */
  function contended(list: SkipList<string, number>, times: number): () => number {
    const { core } = (list as unknown as Record<symbol, Inside>)[READER]!;
    const real = core.kernel;
    const put = real.put as (...args: number[]) => number;
    let calls = 0;
    core.kernel = { ...real, put: (...args: number[]) => (calls++ < times ? 2 : put(...args)) };
    return () => calls;
  }

  test('is waited out, with key and value packed anew', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    const calls = contended(list, 6);
    list.set('a key beyond sixteen bytes', 7);
    expect(calls()).toBe(7);
    expect(content(list)).toEqual([['a key beyond sixteen bytes', 7]]);
  });

  test('is CONTENDED on a thread that has to hear of deaths, when it does not end', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    contended(list, Number.POSITIVE_INFINITY);
    expect(codeOf(() => list.insert('a', 7))).toBe('CONTENDED');
    expect(codeOf(() => list.delete('a'))).toBe('CONTENDED');
    expect(content(list)).toEqual([]);
  });
});

describe('names, types and codecs', () => {
  test('limits out of range', () => {
    expect(() => SkipList.create(arena, { maxBytes: 0 })).toThrow(RangeError);
    expect(() => SkipList.create(arena, { maxEntries: 1.5 })).toThrow(RangeError);
    expect(() => SkipList.create(arena, { maxEntries: '5' as never })).toThrow(TypeError);
    expect(arena.structures()).toEqual([]);
  });
});

describe('what is of the wrong type is told by a code, and by what was found', () => {
  const odd = [3, null, true, 1n, Symbol('odd'), () => 1];
  /** Message of what `call` throws, which must have a code. */
  const told = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      expect(code, (error as Error).stack).toBeTypeOf('string');
      return message;
    }
    return 'nothing';
  };

  test('keys and operations that cannot be iterated over', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    for (const wrong of [...odd, undefined, {}]) {
      const many = told(() => list.getMany(wrong as never));
      expect(many).toMatch(/^`keys`: expected an iterable, found /);
      const batch = told(() => list.writeBatch(wrong as never));
      expect(batch).toMatch(/^`operations`: expected an iterable, found /);
    }
    expect(told(() => list.getMany(3 as never))).toContain('found 3');
    expect(codeOf(() => list.getMany(3 as never))).toBe('INVALID_TYPE');
    expect(() => list.writeBatch(null as never)).toThrow(TypeError);
    expect(list.getMany(new Set(['a']))).toEqual([undefined]);
    expect(list.writeBatch(new Set([]))).toEqual({ written: 0, failed: [] });
  });

  test('options that are no object', () => {
    const { handle } = SkipList.create(arena, { name: 'l' });
    for (const wrong of odd) {
      const calls = [
        () => SkipList.create(arena, wrong as never),
        () => SkipList.open(arena, 'l', wrong as never),
        () => SkipList.openOrCreate(arena, wrong as never),
        () => SkipList.attach(arena, handle, wrong as never),
      ];
      for (const call of calls)
        expect(told(call)).toMatch(/^`options`: expected an object of .*, found /);
    }
    expect(() => SkipList.create(arena, null as never)).toThrow('found null');
    expect(() => SkipList.openOrCreate(arena, undefined as never)).toThrow(TypeError);
    expect(arena.stats().structures.length).toBe(1);
  });

  test('every method, with every odd argument', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    list.set('a', 1);
    const snapshot = list.snapshot();
    const frozen = list.seal();
    let thrown = 0;
    const reads = 'get has getMany getEntry entries keys values forEach scan first last floor';
    const more = 'ceiling lower higher count cursor';
    const conditional = 'getOrInsert getOrInsertComputed compareAndSet update';
    const writes = `set insert delete ${conditional} writeBatch snapshotAt`;
    for (const view of [list, snapshot, frozen]) {
      const names = `${reads} ${more} ${view === list ? writes : ''}`.trim().split(' ');
      for (const name of names) {
        const method = (view as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
        for (const wrong of odd) {
          const found = told(() => {
            const result = method.call(view, wrong, wrong);
            if (typeof result !== 'object' || result === null) return;
            // An iterator looks at its range when it begins.
            if (Symbol.iterator in result) Array.from(result as Iterable<unknown>);
          });
          if (found !== 'nothing') thrown++;
        }
      }
    }
    expect(thrown).toBeGreaterThan(100);
    expect(list.verify().problems).toEqual([]);
  });
});
