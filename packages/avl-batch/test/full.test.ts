// A map that has filled its arena, or its `maxBytes`, by itself: deletes work until it is empty,
// and then there is room as before.

import { type Arena, ShmError } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { codeOf, freshArena, random, replay, seed, values } from './support.ts';

const MIB = 2 ** 20;

/** Sets ever new keys, `batch` to a build, until one is refused behind a build, too. */
function fill(map: AvlBatch<number, Uint8Array>, size: number, batch: number): [number, string?] {
  for (let n = 0, refused = 0; ; ) {
    const code = codeOf(() => map.set(n, new Uint8Array(size).fill(n)));
    if (code !== undefined && ++refused === 2) return [n, code];
    if (code === undefined) {
      n++;
      refused = 0;
    }
    if (code !== undefined || n % batch === 0) map.build();
  }
}

/** Deletes a key, building where there is no room for that; how often. */
function remove(map: AvlBatch<number, Uint8Array>, key: number): number {
  for (let builds = 0; ; builds++) {
    const code = codeOf(() => map.delete(key));
    if (code === undefined) return builds;
    expect(['ARENA_FULL', 'QUEUE_FULL']).toContain(code);
    expect(builds).toBe(0); // One build is enough.
    expect(map.build().applied).toBeGreaterThan(0);
  }
}

function isSound(map: AvlBatch<number, Uint8Array>, arena: Arena): void {
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
}

describe('deletes in a full arena', () => {
  test.each([
    ...[
      { size: 10, batch: 50 },
      { size: 300, batch: 1 },
      { size: 5000, batch: 50 },
    ],
    ...[
      { size: 40_000, batch: 7 },
      { size: 300_000, batch: 1 },
      { size: 60, batch: 100_000 },
    ],
  ])('values of $size bytes, $batch to a build', ({ size, batch }) => {
    const arena = freshArena({ bytes: 8 * MIB, participants: 4 });
    const map = AvlBatch.create<number, Uint8Array>(arena, {
      ...{ key: u32, value: bytes, batch: { maxQueued: Math.min(100 * batch, 100_000) } },
    });
    const [full, code] = fill(map, size, batch);
    expect(code).toBe('ARENA_FULL');
    expect(map.size).toBe(full);
    expect(codeOf(() => map.set(full, new Uint8Array(MIB)))).toBe('ARENA_FULL');
    // What is there may be replaced; what grows may not.
    for (let n = 0; n < full; n += 3) {
      map.set(n, new Uint8Array(size - 1).fill(1));
      map.build();
    }
    isSound(map, arena);
    for (let n = 0; n < full; n++) {
      remove(map, n);
      if (n % 5 === 0) map.build();
    }
    map.build();
    expect(map.size).toBe(0);
    expect(map.stats().treeBytes).toBeLessThanOrEqual(2 ** 16); // And its memory comes back.
    isSound(map, arena);
    expect(fill(map, size, batch)[0]).toBeGreaterThan(full * 0.5);
    isSound(map, arena);
    arena.detach();
  });

  test('all of them queued at once', () => {
    const arena = freshArena({ bytes: 4 * MIB, participants: 4 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    const [full] = fill(map, 100, 100);
    let builds = 0;
    for (let n = 0; n < full; n++) builds += remove(map, n);
    map.flushSync();
    expect([map.size, map.stats().waiting]).toEqual([0, 0]);
    expect(builds).toBeLessThan(full / 16);
    isSound(map, arena);
    arena.detach();
  });

  test('a compareAndSet to nothing is one, too', () => {
    const arena = freshArena({ bytes: 2 * MIB, participants: 2 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    const [full] = fill(map, 500, 10);
    for (let n = 0; n < full; n++) {
      const ticket = map.compareAndSet(n, new Uint8Array(500).fill(n), undefined);
      map.build();
      expect(map.result(ticket)).toEqual({ outcome: 'done' });
    }
    expect(map.size).toBe(0);
    isSound(map, arena);
    arena.detach();
  });

  test('deletes and sets by turns, against a model', () => {
    const dice = random(seed);
    const next = () => dice(2 ** 20) / 2 ** 20;
    const arena = freshArena({ bytes: 2 * MIB, participants: 2 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    const model = new Map<number, number>();
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const key = Math.floor(next() * 400);
      const size = Math.floor(next() ** 3 * 20_000);
      const phase = round % 1000 < 700 ? 0.8 : 0.2;
      if (next() < phase) {
        const code = codeOf(() => map.set(key, new Uint8Array(size)));
        if (code === undefined) model.set(key, size);
        else if (code === 'ARENA_FULL') refused++;
        else throw new ShmError(code as 'CLOSED', `set, ${replay('full.test.ts')}`);
      } else {
        remove(map, key);
        model.delete(key);
      }
      if (next() < 0.3) map.build();
    }
    map.build();
    const found = [...map.entries()].map(([key, value]) => [key, value.length]);
    expect(found, replay('full.test.ts')).toEqual([...model].sort(([a], [b]) => a - b));
    expect(refused, replay('full.test.ts')).toBeGreaterThan(10);
    isSound(map, arena);
    arena.detach();
  });
});

describe('maxBytes', () => {
  test('LIMIT_REACHED by a write, deletes go on, and stats shows it', () => {
    const arena = freshArena({ bytes: 16 * MIB });
    const map = AvlBatch.create<number, Uint8Array>(arena, {
      ...{ key: u32, value: bytes, maxBytes: MIB - 1 },
    });
    expect(map.stats().maxBytes).toBe(MIB);
    const [full, code] = fill(map, 100, 20);
    expect(code).toBe('LIMIT_REACHED');
    expect(() => map.set(full, new Uint8Array(100))).toThrow(/bytes of entries.*1048576/);
    expect(map.stats().compactBytes).toBeGreaterThan(MIB / 2);
    for (let n = 0; n < full; n++) {
      map.set(n, new Uint8Array(100));
      map.delete((n * 7) % full);
      map.build();
      expect(map.stats().bytes).toBeLessThanOrEqual(MIB + 2 * MIB); // With the queues.
      expect(map.stats().treeBytes).toBeLessThanOrEqual(MIB);
    }
    for (let n = 0; n < full; n++) remove(map, n);
    map.build();
    expect(map.size).toBe(0);
    expect(fill(map, 100, 20)).toEqual([full, 'LIMIT_REACHED']);
    isSound(map, arena);
    arena.detach();
  });

  test('none: Infinity; other handles see it; what is no number of bytes is refused', () => {
    const arena = freshArena();
    const map = AvlBatch.create(arena, values<number>());
    expect(map.stats().maxBytes).toBe(Infinity);
    const named = AvlBatch.create(arena, {
      ...values<number>(),
      name: 'limited',
      maxBytes: 2 ** 20,
    });
    expect(AvlBatch.open(arena, 'limited').stats().maxBytes).toBe(named.stats().maxBytes);
    for (const maxBytes of [0, -1, 1.5, 2 ** 32 + 1, NaN]) {
      expect(codeOf(() => AvlBatch.create(arena, { maxBytes }))).toBe('OUT_OF_RANGE');
    }
    expect(() => AvlBatch.create(arena, { maxBytes: '1' as never })).toThrow(TypeError);
    arena.detach();
  });
});

test('an arena that others fill: deletes work as far as what is kept goes, and wait', () => {
  const arena = freshArena({ bytes: 8 * MIB, participants: 2 });
  const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
  for (let n = 0; n < 2000; n++) map.set(n, new Uint8Array(200));
  map.build();
  const taken: number[] = [];
  codeOf(() => {
    for (;;) taken.push(arena.alloc(2 ** 16 - 64));
  });
  const codes = new Set<string | undefined>();
  for (let n = 0; n < 2000; n++) {
    codes.add(codeOf(() => map.delete(n)));
    codes.add(codeOf(() => map.build()));
  }
  for (const code of codes) expect([undefined, 'ARENA_FULL', 'QUEUE_FULL']).toContain(code);
  for (const at of taken) arena.free(at);
  map.build();
  for (let n = 0; n < 2000; n++) map.delete(n);
  map.build();
  expect(map.size).toBe(0);
  isSound(map, arena);
  arena.detach();
});
