// The conformance suite of reclamation, written once and run over every scheme by the packages that
// have them: what a reader or a lease may hold is not freed, what nobody holds is, and once.
// In this file: one thread. threads.ts: many, and their deaths. regressions.ts: known defects.

import { readFileSync } from 'node:fs';
import { seatOf, takeLease } from '@x/shm-arena/structure';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reading } from './readers.mjs';
import { regressions } from './regressions.ts';
import { codeOf, random, replay, type Subject, seed, turn, World, worlds } from './support.ts';
import { threads } from './threads.ts';
import { walks } from './walks.ts';

/** What the contract says of `alloc`. */
const contract = readFileSync(new URL('../../src/reclaim/blocks.ts', import.meta.url), 'utf8');

/** All of it, for one scheme. */
export function conformance(subject: Subject): void {
  describe(subject.scheme, () => {
    blocks(subject);
    domains(subject);
    if (subject.leases) leases(subject);
    counters(subject);
    threads(subject);
    walks(subject);
    regressions(subject);
  });
}

function blocks(subject: Subject): void {
  describe('blocks', () => {
    let world: World;
    worlds(subject, (given) => {
      world = given;
    });

    test('what a reader has loaded stays until it is over, whatever is retired', () => {
      const { domain } = world;
      world.replace(7);
      const held = world.hold();
      world.churn(2000);
      expect([held.isGone(), world.word(held.at)]).toEqual([false, 7]);
      expect(domain.stats().keptBlocks).toBeGreaterThan(0);
      expect(domain.stats().keptBlocks).toBeLessThanOrEqual(subject.keepsAtMost);
      held.over();
      domain.collect();
      expect([held.isGone(), domain.stats().pendingBlocks]).toEqual([true, 0]);
    });

    test('every retired block is free when nobody reads, and is used again', () => {
      const { domain } = world;
      world.churn(10_000);
      const { pendingBlocks, bytes } = domain.stats();
      expect(pendingBlocks).toBe(0);
      for (let round = 0; round < 4; round++) {
        world.churn(25_000 + round);
        // The cell and its value, in one span or in two.
        expect(domain.stats().blocks).toBe(2);
        expect(domain.stats().bytes).toBeLessThanOrEqual(bytes + 4096);
      }
    });

    test('no block is in two hands: all keep what was written, until they are retired', () => {
      const { arena, domain } = world;
      const next = random(seed);
      const words = new Uint32Array(arena.memory.buffer);
      const live: { at: number; last: number; mark: number }[] = [];
      const readers: { over(): void }[] = [];
      world.replace(1);
      for (let step = 0; step < 20_000; step++) {
        const draw = next(64);
        if (draw < 30) {
          const bytes = 8 + next(draw === 0 ? 5000 : 200);
          const at = domain.alloc(bytes) / 4;
          const last = at + Math.floor(bytes / 4) - 1;
          words[at] = words[last] = step;
          live.push({ at, last, mark: step });
        } else if (draw < 60 && live.length > 0) {
          const [{ at, last, mark }] = live.splice(next(live.length), 1) as [(typeof live)[0]];
          expect([words[at], words[last]], `step ${step}: ${replay}`).toEqual([mark, mark]);
          domain.retire(at * 4);
        } else if (draw === 60) domain.collect();
        else if (draw === 61) world.replace(step);
        else if (draw === 62 && readers.length < 4) readers.push(world.hold(readers.length));
        else if (draw === 63) readers.pop()?.over();
      }
      for (const reader of readers) reader.over();
      for (const { at, last, mark } of live) {
        expect([words[at], words[last]], replay).toEqual([mark, mark]);
        domain.retire(at * 4);
      }
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats(), replay).toMatchObject({ pendingBlocks: 0, blocks: 2 });
    });

    test('a block is retired once: what is none, or retired already, is refused', () => {
      const { cell, domain } = world;
      const block = domain.alloc(100);
      domain.retire(block);
      for (const wrong of [block, block + 16, 0, 64, 2 ** 32 - 16, cell.handle.offset + 4]) {
        expect(() => domain.retire(wrong)).toThrow(RangeError);
      }
      expect(() => domain.retire('64' as never)).toThrow(TypeError);
      expect(domain.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
    });

    test('sizes from one byte to the largest are aligned, apart, and used again', () => {
      const { domain } = world;
      const next = random(seed);
      const all: { at: number; bytes: number }[] = [];
      for (let i = 0; i < 200; i++) {
        const bytes = 1 + next(i % 10 === 0 ? 100_000 : 300);
        all.push({ at: domain.alloc(bytes), bytes });
      }
      const order = [...all].sort((a, b) => a.at - b.at);
      for (const [i, { at }] of order.entries()) {
        expect(at % 16, replay).toBe(0);
        const before = order[i - 1];
        if (before !== undefined) expect(at).toBeGreaterThanOrEqual(before.at + before.bytes);
      }
      const { bytes } = domain.stats();
      for (const { at } of all) domain.retire(at);
      domain.collect();
      for (const block of all) block.at = domain.alloc(block.bytes);
      expect(domain.stats().bytes).toBe(bytes);
      const most = Number(/1 to ([\d ]+)\n/.exec(contract)![1]!.replaceAll(' ', ''));
      expect(domain.alloc(most)).toBeGreaterThan(0);
      for (const wrong of [0, -1, 1.5, most + 1])
        expect(() => domain.alloc(wrong)).toThrow(RangeError);
      expect(() => domain.alloc('8' as never)).toThrow(TypeError);
    });

    test('users can have blocks that begin a line of the cache', () => {
      const { domain } = world;
      const next = random(seed);
      const all: number[] = [];
      for (let i = 0; i < 400; i++) {
        const align = 2 ** next(7);
        const at = domain.alloc(1 + next(i % 10 === 0 ? 100_000 : 5000), align);
        expect(at % Math.max(align, 16), replay).toBe(0);
        all.push(at);
      }
      for (const at of all) domain.retire(at);
      for (const wrong of [0, 3, 128, 1.5])
        expect(() => domain.alloc(8, wrong)).toThrow(RangeError);
      expect(domain.verify().ok).toBe(true);
    });

    test('memory comes back while the domain lives: 20 arenas of it, size after size', () => {
      const { arena, domain } = world;
      const most = arena.stats().free * 0.55;
      const { bytes } = domain.stats();
      const sizes = [100_000, 20_000, 4000, 1000, 400];
      for (let turned = 0, n = 0; turned < 20 * arena.stats().bytes; n++) {
        const size = sizes[n % sizes.length]!;
        const all = Array.from({ length: Math.floor(most / size) }, () => domain.alloc(size));
        for (const at of all) domain.retire(at);
        for (let i = 0; i < 3; i++) domain.collect();
        // The depot keeps four batches of each size.
        expect(domain.stats().bytes).toBeLessThanOrEqual(bytes + 8 * 2 ** 20);
        turned += most;
      }
      expect(domain.verify().ok).toBe(true);
    });

    test('a burst finds the memory of the last one; what is not needed again goes', () => {
      const { domain } = world;
      const before = domain.stats().bytes;
      const burst = (count: number, size: number) => {
        const all = Array.from({ length: count }, () => domain.alloc(size));
        const { bytes } = domain.stats();
        for (const at of all) domain.retire(at);
        return bytes;
      };
      const first = burst(2000, 1000);
      for (let i = 0; i < 10; i++) {
        const bytes = burst(2000, 1000);
        expect(domain.stats().bytes).toBe(bytes);
        // A quarter of it may still wait when the next one comes.
        expect(bytes).toBeLessThan(first * 1.3);
      }
      // Two windows of 16 collects: 256 blocks each, and as many as may wait.
      burst(40_000, 200);
      expect(domain.stats().bytes).toBeLessThan(1.3 * first + 2 * 16 * 512 * 256);
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats().bytes).toBeLessThanOrEqual(before + 2 ** 18);
      expect(domain.verify().ok).toBe(true);
    });

    test('memory does not grow while sizes and lives are mixed: 20 arenas of it', () => {
      const { arena, domain } = world;
      const next = random(seed);
      const size = () => 8 + next(2 ** (4 + next(9)));
      const live = Array.from({ length: 20_000 }, size).map((n) => domain.alloc(n));
      const peaks = [0, 0, 0, 0];
      const end = 20 * arena.stats().bytes;
      for (let turned = 0; turned < end; ) {
        for (let i = 0; i < 5000; i++) {
          const bytes = size();
          const at = next(live.length);
          domain.retire(live[at]!);
          live[at] = domain.alloc(bytes);
          turned += bytes;
        }
        const quarter = Math.min(Math.floor((4 * turned) / end), 3);
        peaks[quarter] = Math.max(peaks[quarter]!, domain.stats().bytes);
      }
      expect(peaks[3], `${peaks}; ${replay}`).toBeLessThanOrEqual(peaks[0]! * 1.1);
      expect(domain.verify().ok).toBe(true);
    });

    test('the arena, when it is trimmed, has what the domain kept without need', () => {
      const { bytes } = world.domain.stats();
      for (const at of Array.from({ length: 2000 }, () => world.domain.alloc(100))) {
        world.domain.retire(at);
      }
      const most = world.domain.stats().bytes;
      expect(world.arena.trim()).toBeGreaterThanOrEqual(most - bytes);
      expect(world.domain.stats().bytes).toBe(bytes);
    });

    test('a full arena refuses an allocation, and goes on when blocks are retired', () => {
      const { domain } = world;
      const all: number[] = [];
      const fill = () => {
        for (;;) all.push(domain.alloc(100_000));
      };
      expect(codeOf(fill)).toBe('ARENA_FULL');
      expect(all.length).toBeGreaterThan(200);
      domain.retire(all.pop()!);
      expect(domain.alloc(100_000)).toBeGreaterThan(0);
    });

    test('cells hold any 32-bit word, and exchange only what is expected', () => {
      const { cell, domain } = world;
      const reader = reading(domain);
      for (const value of [1, 2 ** 31, 2 ** 32 - 1, 0]) {
        reader.swap(cell, value);
        expect(reader.load(cell)).toBe(value);
        expect(reader.exchange(cell, (value ^ 1) >>> 0, 5)).toBe(false);
        expect(reader.exchange(cell, value, value)).toBe(true);
        expect(reader.swap(cell, value)).toBe(value);
      }
      for (const wrong of [2 ** 32, -1, 0.5])
        expect(() => reader.swap(cell, wrong)).toThrow(RangeError);
      reader.over();
      expect(() => domain.atomic(2 ** 32)).toThrow(RangeError);
    });

    test('at the end of the turn nothing is reserved', async () => {
      world.replace(1);
      world.hold().over();
      await turn();
      expect(world.arena.stats().pinned.oldest).toBeUndefined();
    });
  });
}

function domains(subject: Subject): void {
  const { domains: Domains, scheme } = subject;
  describe('domains', () => {
    let world: World;
    worlds(subject, (given) => {
      world = given;
    });

    test('cells are found by their handle, in their own domain only', () => {
      const { arena, cell, domain } = world;
      world.replace(9);
      const same = domain.attachAtomic(structuredClone(cell.handle));
      const reader = reading(domain);
      expect(world.word(reader.load(same))).toBe(9);
      reader.over();
      const other = Domains.create(arena, { scheme });
      expect(() => other.attachAtomic(cell.handle)).toThrow(RangeError);
      expect(() => domain.attachAtomic({ ...cell.handle, offset: 12 })).toThrow(RangeError);
      for (const wrong of [undefined, null, {}, 'cell'])
        expect(() => domain.attachAtomic(wrong as never)).toThrow(TypeError);
    });

    test('a closed or destroyed domain says CLOSED, and gives its memory back', async () => {
      const { arena } = world;
      const second = Domains.create(arena, { scheme });
      const { handle } = second;
      const twin = Domains.attach(arena, handle);
      const cell = twin.atomic();
      twin.alloc(1000);
      second.close();
      second.close();
      expect(codeOf(() => second.alloc(8))).toBe('CLOSED');
      twin.destroy();
      const calls = [
        () => twin.alloc(8),
        () => twin.retire(64),
        () => twin.collect(),
        () => twin.atomic(),
        () => twin.attachAtomic(cell.handle),
        () => twin.stats(),
        () => twin.verify(),
        () => reading(twin).load(cell),
        () => Domains.attach(arena, handle),
      ];
      for (const call of calls) expect(codeOf(call), String(call)).toBe('CLOSED');
      await turn();
      arena.recover();
      expect(arena.stats().structures.length).toBe(1);
    });

    test('a thread that was buried alive is EXPELLED from each of its calls', async () => {
      const { arena } = world;
      const puppet = await world.puppet();
      arena.bury(arena.stats().participants.find(({ slot }) => slot === puppet.slot)!);
      arena.recover();
      expect(await puppet.tell('codes')).toEqual(Array(3).fill('EXPELLED'));
      await puppet.job.worker.terminate();
    });

    test('what is protected outlives the domain, until its reader is over', async () => {
      const { arena, domain } = world;
      world.replace(7);
      const held = world.hold();
      Domains.open(arena, 'd').destroy();
      await turn();
      const filler = arena.alloc(2 ** 20);
      new Uint8Array(arena.memory.buffer, filler, 2 ** 20).fill(0xee);
      expect(world.word(held.at)).toBe(7);
      expect(arena.stats().pinned.bytes).toBeGreaterThan(0);
      held.over();
      expect(codeOf(() => domain.alloc(8))).toBe('CLOSED');
      domain.close();
      await turn();
      arena.recover();
      expect(arena.stats().pinned.bytes).toBe(0);
    });

    test('domains are made and opened by name; a name is of one scheme', () => {
      const { arena, domain } = world;
      expect(Domains.open(arena, 'd').scheme).toBe(scheme);
      expect(Domains.openOrCreate(arena, { name: 'd' }).scheme).toBe(scheme);
      expect(codeOf(() => Domains.create(arena, { name: 'd' }))).toBe('NAME_TAKEN');
      expect(codeOf(() => Domains.open(arena, 'e'))).toBe('NAME_UNKNOWN');
      for (const wrong of ['hyaline', 'toString', 1, null])
        expect(() => Domains.create(arena, { scheme: wrong as never })).toThrow(RangeError);
      for (const wrong of [null, 3, 'd'])
        for (const make of [Domains.create, Domains.openOrCreate])
          expect(codeOf(() => make.call(Domains, arena, wrong as never))).toBe('INVALID_TYPE');
      expect(domain instanceof (Domains as never)).toBe(true);
      expect(codeOf(() => Reflect.construct(Domains as never, []))).toBe('INVALID_TYPE');
    });

    test('a domain opened twice in a thread is one: both see what the other has', () => {
      const { arena, cell, domain } = world;
      world.replace(5);
      const twin = Domains.open(arena, 'd');
      const reader = reading(twin);
      const isGone = world.watch(reader.load(cell));
      world.churn(600);
      expect(isGone()).toBe(false);
      twin.close(); // Its readers with it.
      domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, threads: 1 });
    });
  });
}

function leases(subject: Subject): void {
  describe('leases', () => {
    let world: World;
    beforeEach(() => {
      world = new World(subject);
      world.replace(1);
    });
    afterEach(() => {
      expect(world.end()).toEqual([]);
    });

    /** A lease of the present value. `meanwhile` runs after the root was loaded. */
    const lease = (meanwhile = () => {}) => {
      let root = 0;
      let runs = 0;
      const taken = takeLease(seatOf(world.arena), () => {
        const held = world.hold();
        root = held.at;
        held.over();
        if (runs++ === 0) meanwhile();
      });
      const isGone = world.watch(root);
      return { root, value: world.word(root), isGone, drop: () => taken.drop() };
    };

    test('a lease keeps what was alive in its instant, and nothing born later', () => {
      const { domain } = world;
      const held = lease();
      world.churn(2000);
      expect([held.value, held.isGone()]).toEqual([1, false]);
      expect(domain.stats().pendingBlocks).toBe(1);
      held.drop();
      domain.collect();
      expect(held.isGone()).toBe(true);
      expect(domain.stats().pendingBlocks).toBe(0);
    });

    test('a lease taken in the era of a retirement keeps the block: both ends count', () => {
      const { domain } = world;
      // The value is born, loaded, taken out and retired in the era that the lease holds.
      domain.collect();
      world.replace(2);
      const held = lease(() => world.replace(3));
      expect(held.value).toBe(2);
      world.churn(2000);
      expect(held.isGone()).toBe(false);
      held.drop();
      domain.collect();
      expect(domain.stats().pendingBlocks).toBe(0);
    });

    test('many leases keep their instants, beyond the words of a slot', () => {
      const { domain } = world;
      const all = Array.from({ length: 30 }, (_, i) => {
        world.replace(i);
        return lease();
      });
      world.churn(1000);
      expect(all.map(({ root }) => world.word(root))).toEqual(all.map((_, i) => i));
      expect(all.filter(({ isGone }) => isGone())).toEqual([]);
      for (const { drop } of all) drop();
      domain.collect();
      expect(domain.stats().pendingBlocks).toBe(0);
    });
  });
}

// Offsets of layout.ts and home.ts of the kernel, in a build for release.
const CLOCK = 128;
const DIRECTORY_AT = 84;
const ENTRY_BYTES = 256;
const D_ROOT = 8;
const DOMAIN_EPOCH = 64;

function counters(subject: Subject): void {
  test('counters that start before the wrap of their low half go over it', () => {
    const start = 2n ** 32n - 20n;
    const world = new World(subject, {}, ({ arena, domain }) => {
      const view = new DataView(arena.memory.buffer);
      const entry = view.getUint32(DIRECTORY_AT, true) + domain.handle.entry * ENTRY_BYTES;
      view.setBigUint64(CLOCK, start, true);
      view.setBigUint64(view.getUint32(entry + D_ROOT, true) + DOMAIN_EPOCH, start, true);
    });
    const { domain } = world;
    for (let round = 0; round < 100; round++) {
      world.replace(round);
      const held = world.hold();
      for (let i = 0; i < 4; i++) world.replace(1_000_000 + i);
      domain.collect();
      expect(held.isGone()).toBe(false);
      held.over();
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats().pendingBlocks).toBe(0);
    }
    const now = new DataView(world.arena.memory.buffer).getBigUint64(CLOCK, true);
    if (subject.leases) expect(now).toBeGreaterThan(2n ** 32n);
    expect(world.end()).toEqual([]);
  });
}
