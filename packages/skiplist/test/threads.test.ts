// Real workers on the built packages: many write while somebody seals, reads, takes snapshots.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { Control, content, finished, freshArena, seed, start, userKey } from './support.ts';

let arena: Arena;
let list: SkipList<string, number>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { name: 'list', value: u32 });
});
afterEach(() => arena.detach());

describe('four writers', () => {
  test('and a sealer: nothing is lost, nothing doubled', async () => {
    const control = new Control();
    const count = 4000;
    const jobs = [0, 1, 2, 3].map((index) =>
      start(arena, list, control, index, 'fill', { from: index, step: 4, count }),
    );
    control.go();
    const sealed: bigint[] = [];
    for (let round = 1; round <= 8; round++) {
      await control.reached(jobs[0]!, 0, round * 400);
      sealed.push(list.seal().seq);
    }
    await finished(jobs);
    const frozen = list.frozen();
    // Writers that came too late for a list have not moved its number (they tick its clock).
    expect(frozen.map(({ seq }) => seq)).toEqual(sealed);
    const versions = [...list.entries({ versions: true, tombstones: true })];
    expect(versions).toHaveLength(4 * count);
    expect(list.size).toBe(4 * count);
    expect(versions.map(({ value }) => value)).toEqual(
      Array.from({ length: 4 * count }, (_, n) => n),
    );
    // What is in a list was committed before it was sealed and after the one before.
    let last = 0n;
    for (const each of frozen) {
      for (const { seq } of each.entries({ versions: true })) {
        expect(seq > last && seq <= each.seq).toBe(true);
      }
      last = each.seq;
    }
    const sum = frozen.reduce((total, each) => total + each.stats().entries, list.stats().entries);
    expect(sum).toBe(4 * count);
    expect(list.verify().problems).toEqual([]);
  });

  test('and a destroyer of frozen lists: readers meet no hole, memory comes back', async () => {
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'churn', { keys: 300, seed: seed + index }),
    );
    control.go();
    for (let round = 0; round < 30; round++) {
      await control.reached(jobs[0]!, 0, round * 50);
      list.seal();
      const oldest = list.frozen()[0]!;
      if (round % 2 === 1) for (const each of list.frozen()) each.destroy();
      else expect(oldest.count()).toBe(oldest.stats().live);
      const keys = [...list.keys()];
      expect(keys).toEqual([...keys].sort());
    }
    control.stop();
    await finished(jobs);
    list.seal();
    for (const each of list.frozen()) each.destroy();
    arena.recover();
    expect(list.size).toBe(0);
    expect(list.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
  });
});

describe('snapshots', () => {
  test('and sealing: what was sealed before is in, what came later is not', async () => {
    const control = new Control();
    const jobs = [0, 1].map((index) =>
      start(arena, list, control, index, 'append', { base: index * 1e6, most: 20_000 }),
    );
    control.go();
    for (let round = 1; round <= 20; round++) {
      await control.reached(jobs[0]!, 0, round * 100);
      const done = [control.done(0), control.done(1)];
      const snapshot = list.snapshot();
      for (const [index, calls] of done.entries()) {
        const range = { gte: userKey(index * 1e6), lt: userKey((index + 1) * 1e6) };
        const seen = snapshot.count(range);
        // All finished calls are in, in an unbroken row: a thread's writes keep their order.
        expect(seen).toBeGreaterThanOrEqual(calls);
        expect(snapshot.count({ ...range, lt: userKey(index * 1e6 + seen) })).toBe(seen);
      }
      snapshot.close();
      if (round % 4 === 0) list.seal();
    }
    control.stop();
    await finished(jobs);
  });
});

describe('batches', () => {
  test('are seen wholly or not at all, by scans of snapshots', async () => {
    const [groups, width] = [6, 8];
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'batches', { groups, width, seed: seed + index }),
    );
    control.go();
    await control.reached(jobs[0]!, 0, 10);
    for (let round = 0; round < 120; round++) {
      const snapshot = list.snapshot();
      const values = new Map(content(snapshot));
      for (let group = 0; group < groups; group++) {
        const seen = new Set(
          Array.from({ length: width }, (_, n) => values.get(userKey(group * width + n))),
        );
        expect(seen.size).toBe(1);
      }
      snapshot.close();
      if (round % 30 === 29) list.seal();
    }
    control.stop();
    await finished(jobs);
    expect(list.verify().problems).toEqual([]);
  });
});
