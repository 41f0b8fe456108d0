// The edge of memory: arenas filled to the last byte, and calls that trap.

import { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf } from './support.ts';

/** Calls `write` with 0, 1, … until the arena is full; how often it was not. */
function fill(write: (n: number) => void): number {
  for (let n = 0; ; n++) {
    const code = codeOf(() => write(n));
    if (code === 'ARENA_FULL') return n;
    if (code !== undefined) throw new Error(`expected ARENA_FULL, found ${code}`);
  }
}

const MIB = 2 ** 20;

describe('nothing behind the last node is read', () => {
  // What stands last in memory has no value: a value of 0 bytes has no address.
  const writes = {
    tombstones: (list: SkipList<string, string>, key: string) => void list.delete(key),
    'empty values': (list: SkipList<string, string>, key: string) => void list.set(key, ''),
    'both in turn': (list: SkipList<string, string>, key: string) =>
      void (key.endsWith('7') ? list.delete(key) : list.set(key, '')),
  };
  for (const [what, write] of Object.entries(writes)) {
    test(`${what} to the end of the arena`, () => {
      for (let round = 0; round < 16; round++) {
        // The towers are drawn from the arena's own seed; keys of all lengths move the end about.
        const arena = Arena.create({ bytes: MIB });
        const list = SkipList.create(arena, { value: utf8 });
        const key = 'k'.repeat(1 + (round % 30));
        const written = fill((n) => write(list, key + n));
        const values = what === 'tombstones' ? 0 : what === 'empty values' ? written : undefined;
        const live = list.count();
        if (values !== undefined) expect(live).toBe(values);
        const snapshot = list.snapshot();
        for (const view of [list, snapshot]) {
          expect([...view.entries()]).toHaveLength(live);
          expect([...view.entries({ reverse: true })]).toHaveLength(live);
          expect([...view.keys({ reverse: true, limit: 3 })]).toHaveLength(Math.min(3, live));
          expect([...view.values()]).toHaveLength(live);
          expect([...view.entries({ tombstones: true })]).toHaveLength(written);
          const all = { versions: true, tombstones: true, reverse: true };
          expect([...view.entries(all)]).toHaveLength(written);
          expect(view.count({ prefix: key })).toBe(live);
          expect(view.first() === undefined).toBe(live === 0);
          expect(view.last() === undefined).toBe(live === 0);
          expect(view.getMany([`${key}0`, `${key}7`])).toHaveLength(2);
        }
        expect(list.measure().entries).toBe(written);
        expect(list.verify().problems).toEqual([]);
        snapshot.close();
        arena.detach();
      }
    });
  }
});

describe('a call that traps', () => {
  /** Makes every search trap: the list's first link leads behind the memory. */
  function spoil(arena: Arena, list: SkipList<string, string>): () => void {
    const words = new Uint32Array(arena.memory.buffer);
    const { entry } = list.handle;
    const root = words[(words[84 >> 2]! + entry * 256 + 8) >> 2]!; // Directory, root: layout.ts.
    const head = words[(root + 8) >> 2]! + 320; // Record, list: stack.ts, node.ts.
    const kept = words.slice((head >> 2) - 24, head >> 2);
    words.fill(0xffff_fff0, (head >> 2) - 24, head >> 2);
    return () => words.set(kept, (head >> 2) - 24);
  }

  const calls = {
    get: (list: SkipList<string, string>) => list.get('a'),
    entries: (list: SkipList<string, string>) => [...list.entries()],
    set: (list: SkipList<string, string>) => list.set('b', 'c'),
    writeBatch: (list: SkipList<string, string>) =>
      list.writeBatch([{ type: 'set', key: 'b', value: 'c' }]),
    verify: (list: SkipList<string, string>) => list.verify(),
  };
  for (const [what, call] of Object.entries(calls)) {
    test(`${what}: leaves no pin, and the arena goes on`, () => {
      const arena = Arena.create({ bytes: MIB });
      const before = arena.stats().used;
      for (let round = 0; round < 3; round++) {
        const list = SkipList.create(arena, { value: utf8 });
        for (let n = 0; n < 3000; n++) list.set(`key${n}`, 'value');
        spoil(arena, list);
        expect(() => call(list)).toThrow(WebAssembly.RuntimeError);
        list.destroy();
        arena.recover();
        expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
        expect(arena.stats().used).toBe(before);
      }
      arena.detach();
    });
  }

  test('the next call of the thread lets go of what it left', () => {
    const arena = Arena.create({ bytes: 8 * MIB });
    const list = SkipList.create(arena, { value: utf8 });
    const other = SkipList.create(arena, { value: utf8 });
    list.set('a', 'b');
    const mend = spoil(arena, list);
    expect(() => list.get('a')).toThrow(WebAssembly.RuntimeError);
    mend();
    other.get('x');
    const frozen = other.seal();
    const { used } = arena.stats();
    frozen.destroy();
    expect(arena.stats().used).toBeLessThan(used);
    expect(list.get('a')).toBe('b');
    arena.detach();
  });
});
