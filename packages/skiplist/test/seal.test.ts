// Sealing, frozen lists, and the memory of what is destroyed.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('seal', () => {
  test('reads go through the stack, the newest list first', () => {
    const list = SkipList.create(arena, { value: u32 });
    list.set('a', 1).set('b', 1).set('c', 1);
    list.seal();
    list.set('b', 2).delete('c');
    list.set('d', 2);
    list.seal();
    list.set('d', 3).set('e', 3);
    expect(content(list)).toEqual([
      ['a', 1],
      ['b', 2],
      ['d', 3],
      ['e', 3],
    ]);
    expect([...list.entries({ reverse: true })]).toEqual([
      ['e', 3],
      ['d', 3],
      ['b', 2],
      ['a', 1],
    ]);
    expect(list.size).toBe(4);
    expect(list.get('c')).toBe(undefined);
    expect(list.getEntry('c')).toMatchObject({ tombstone: true });
    expect(list.insert('a', 9)).toBe(false);
    expect(list.insert('c', 9)).toBe(true);
    expect(list.getMany(['a', 'b', 'c', 'd', 'e', 'f'])).toEqual([1, 2, 9, 3, 3, undefined]);
    expect(list.writeBatch([{ type: 'insert', key: 'b', value: 7 }]).failed).toHaveLength(1);
  });

  test('a frozen list is that list alone, with versions and tombstones on request', () => {
    const list = SkipList.create(arena, { value: u32 });
    list.set('a', 1);
    list.seal();
    list.set('b', 1).set('b', 2).delete('a');
    const frozen = list.seal();
    list.set('c', 3);
    expect(content(frozen)).toEqual([['b', 2]]);
    expect(frozen.get('a')).toBe(undefined);
    expect(frozen.getEntry('a')).toMatchObject({ tombstone: true });
    expect(frozen.get('c')).toBe(undefined);
    expect(frozen.size).toBe(1);
    const shown = [...frozen.entries({ versions: true, tombstones: true })];
    expect(shown.map(({ key, value }) => [key, value])).toEqual([
      ['a', undefined],
      ['b', 2],
      ['b', 1],
    ]);
    expect(frozen.stats()).toMatchObject({ entries: 3, live: 1 });
    expect(shown.every(({ seq }) => seq <= frozen.seq)).toBe(true);
    expect(list.frozen().map((each) => each.seq)).toEqual([list.frozen()[0]!.seq, frozen.seq]);
  });

  test('writing to a frozen list is SEALED', () => {
    const list = SkipList.create(arena, { value: u32 });
    list.set('a', 1);
    const frozen = list.seal();
    expect(codeOf(() => frozen.set('a', 2))).toBe('SEALED');
    expect(codeOf(() => frozen.delete('a'))).toBe('SEALED');
    expect(codeOf(() => frozen.insert('b', 2))).toBe('SEALED');
    expect(content(frozen)).toEqual([['a', 1]]);
  });

  test('an empty list may be sealed, again and again', () => {
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < 5; n++) expect(content(list.seal())).toEqual([]);
    expect(list.frozen()).toHaveLength(5);
    for (const frozen of list.frozen()) frozen.destroy();
    expect(list.frozen()).toHaveLength(0);
    list.set('a', 1);
    expect(content(list)).toEqual([['a', 1]]);
  });

  test('destroying takes a frozen list out of every handle, in any order', () => {
    const list = SkipList.create(arena, { name: 'list', value: u32 });
    const other = SkipList.open<string, number>(arena, 'list', { value: u32 });
    for (let n = 0; n < 4; n++) {
      list.set('x', n).set(`k${n}`, n);
      list.seal();
    }
    const [zero, one, two] = other.frozen();
    one!.destroy();
    one!.destroy();
    expect(content(list)).toEqual([
      ['k0', 0],
      ['k2', 2],
      ['k3', 3],
      ['x', 3],
    ]);
    expect(codeOf(() => one!.get('k1'))).toBe('CLOSED');
    expect(codeOf(() => [...one!.entries()])).toBe('CLOSED');
    expect(zero!.get('x')).toBe(0);
    zero!.destroy();
    expect(content(two!)).toEqual([
      ['k2', 2],
      ['x', 2],
    ]);
    expect(list.frozen()).toHaveLength(2);
    expect(list.verify().problems).toEqual([]);
  });
});

describe('memory', () => {
  test('of a destroyed frozen list comes back to the last byte', () => {
    const list = SkipList.create(arena, { value: bytes });
    list.seal().destroy();
    arena.recover();
    const before = arena.stats().used;
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 2000; n++) list.set(userKey(n), new Uint8Array(500));
      expect(arena.stats().used).toBeGreaterThan(before);
      list.seal().destroy();
      arena.recover();
      expect(arena.stats().used).toBe(before);
    }
  });

  test('waits for the last reader, and comes back when it has left', () => {
    const list = SkipList.create(arena, { value: bytes });
    list.seal().destroy();
    arena.recover();
    const before = arena.stats().used;
    for (let n = 0; n < 2000; n++) list.set(userKey(n), new Uint8Array(500));
    const first = list.snapshot();
    const second = list.snapshot();
    const full = arena.stats().used;
    list.seal().destroy();
    arena.recover();
    expect(arena.stats().used).toBeGreaterThanOrEqual(full);
    expect(arena.stats().pinned.bytes).toBeGreaterThan(1e6);
    expect(first.size).toBe(2000);
    first.close();
    arena.recover();
    expect(arena.stats().used).toBeGreaterThanOrEqual(full);
    expect(second.get(userKey(1999))?.length).toBe(500);
    second.close();
    arena.recover();
    expect(arena.stats().used).toBe(before);
    expect(arena.stats().pinned.bytes).toBe(0);
  });

  test('of a destroyed structure comes back whole', () => {
    const before = arena.stats().used;
    for (let round = 0; round < 10; round++) {
      const list = SkipList.create(arena, { name: 'list', value: u32 });
      for (let n = 0; n < 1000; n++) list.set(userKey(n), n);
      list.seal();
      list.set('a', 1);
      list.destroy();
      arena.recover();
      expect(arena.stats().used).toBe(before);
    }
    expect(arena.verify().problems).toEqual([]);
  });
});
