import { describe, expect, it } from 'vitest';
import { SlotKind, Status } from '../src/ground/kernel.ts';
import {
  bare,
  descriptor,
  PAGE,
  problems,
  recover,
  SEED,
  seeded,
  stats,
  world,
} from './kernel-world.ts';

describe('regions', () => {
  it('allocate like a stack within a shard, and rewind to every save point', () => {
    seeded((random) => {
      const w = world(256);
      const { k } = w.attach();
      const before = stats(w, k);
      const region = k.regionOpen(0);
      const body = k.regionMark(region) >>> 0;
      const points: { mark: number; count: number }[] = [];
      const live: { at: number; end: number }[] = [];
      for (let step = 0; step < 20_000; step++) {
        const dice = random();
        if (dice < 0.02) points.push({ mark: k.regionMark(region) >>> 0, count: live.length });
        if (dice > 0.99 && points.length > 0) {
          const n = Math.floor(random() * points.length);
          const { mark, count } = points[n]!;
          points.length = n;
          expect(k.regionRewind(region, mark)).toBe(Status.OK);
          expect(k.regionMark(region) >>> 0).toBe(mark);
          live.length = count;
        }
        const bytes = Math.floor(random() ** 4 * 100_000);
        const align = 1 << Math.floor(random() * 8);
        const at = k.regionAlloc(region, bytes, align) >>> 0;
        if (at === 0) {
          expect(k.status()).toBe(Status.FULL);
          expect(k.regionRewind(region, body)).toBe(Status.OK);
          live.length = 0;
          points.length = 0;
          continue;
        }
        expect(at % align).toBe(0);
        live.push({ at, end: at + bytes });
      }
      const sorted = [...live].sort((a, b) => a.at - b.at || a.end - b.end);
      for (let n = 1; n < sorted.length; n++) {
        expect(sorted[n]!.at).toBeGreaterThanOrEqual(sorted[n - 1]!.end);
      }
      expect(problems(w, k)).toEqual([]);
      for (const none of [0, 8, k.scratch() + 64])
        expect(k.regionRewind(region, none)).toBe(Status.BAD);
      expect(k.regionClose(region, k.regionGeneration(region))).toBe(Status.OK);
      expect(stats(w, k)).toEqual(before);
    });
  });

  it('keep to a budget of pages, whoever asks', () => {
    const w = world(256);
    const { k } = w.attach();
    const region = k.regionOpen(3);
    let bytes = 0;
    while (k.regionAlloc(region, 1000, 0) !== 0) bytes += 1000;
    expect(k.status()).toBe(Status.LIMIT);
    expect(k.regionPages(region)).toBe(3);
    expect(bytes).toBeGreaterThan(2.9 * PAGE);
    const mark = k.regionMark(region);
    expect(k.regionAlloc(region, 10 * PAGE, 0)).toBe(0);
    expect(k.status()).toBe(Status.LIMIT);
    expect(k.regionMark(region)).toBe(mark);
    expect(problems(w, k)).toEqual([]);
  });

  it('are gone after close, and a second close says so', () => {
    const w = world(64);
    const { k } = w.attach();
    const region = k.regionOpen(0);
    const generation = k.regionGeneration(region);
    expect(k.regionClose(region, generation)).toBe(Status.OK);
    expect(k.regionClose(region, generation)).toBe(Status.CLOSED);
    const again = k.regionOpen(0);
    expect(again).toBe(region);
    expect(k.regionGeneration(again)).toBe(generation + 1);
    expect(k.regionClose(region, generation)).toBe(Status.CLOSED);
    expect(k.regionClose(region, generation + 1)).toBe(Status.OK);
  });
});

describe('reservations', () => {
  /** A structure of one region, destroyed by `k`; whether its pages have come back. */
  function freed(hold: 'nothing' | 'pin' | 'old pin' | 'lease' | 'ledger'): boolean {
    const w = world(64);
    const { k } = w.attach();
    const reader = w.attach().k;
    if (hold === 'old pin') {
      reader.pin();
      expect(k.leaseHold(k.leaseTake())).toBe(1); // The clock moves on.
    }
    const region = k.regionOpen(0);
    const generation = k.regionGeneration(region);
    const { region: pages } = stats(w, k);
    expect(pages).toBe(16); // Slices: a page.
    if (hold === 'pin') reader.pin();
    const count = { lease: 1, ledger: 15, nothing: 0, pin: 0, 'old pin': 0 }[hold];
    const leases = Array.from({ length: count }, () => {
      const lease = reader.leaseTake();
      expect(reader.leaseHold(lease)).toBe(1);
      return lease;
    });
    if (hold === 'ledger') for (const lease of leases.splice(0, 12)) reader.leaseDrop(lease);
    k.regionClose(region, generation);
    const gone = stats(w, k).retiredRegions === 0;
    reader.unpin();
    for (const lease of leases) reader.leaseDrop(lease);
    reader.sweep();
    expect(stats(w, k).region).toBe(0);
    expect(problems(w, k)).toEqual([]);
    return gone;
  }

  it('keep a retired region while one meets its life, and no other', () => {
    expect(freed('nothing')).toBe(true);
    expect(freed('pin')).toBe(false);
    expect(freed('old pin')).toBe(true);
    expect(freed('lease')).toBe(false);
    expect(freed('ledger')).toBe(false);
  });

  it('notice that the era has moved', () => {
    const w = world(64);
    const a = w.attach().k;
    const b = w.attach().k;
    a.pin();
    expect(a.protect()).toBe(1);
    const lease = b.leaseTake();
    expect(b.leaseHold(lease)).toBe(1);
    expect(a.protect()).toBe(0);
    expect(a.protect()).toBe(1);
    const late = a.leaseTake();
    expect(b.leaseHold(b.leaseTake())).toBe(1);
    expect(a.leaseHold(late)).toBe(0);
    a.leaseDrop(late);
    expect(a.leaseHold(a.leaseTake())).toBe(1);
    expect(a.resultLow()).toBe(a.eraLow() - 1);
  });
});

describe('the directory', () => {
  it('gives a name to one structure at a time, and a handle to one for ever', () => {
    const w = world(64);
    const a = w.attach().k;
    const b = w.attach().k;
    const entry = a.entryClaim(descriptor(w, a, 'places of the earth'));
    const generation = a.entryGeneration(entry);
    expect(b.entryClaim(descriptor(w, b, 'places of the earth'))).toBe(-Status.CONTENDED);
    expect(b.entryFind(descriptor(w, b, 'places of the earth') + 88, 19)).toBe(-Status.UNKNOWN);
    expect(b.entryPublish(entry, generation, 1)).toBe(Status.CLOSED);
    expect(a.entryPublish(entry, generation, 77)).toBe(Status.OK);
    expect(b.entryClaim(descriptor(w, b, 'places of the earth'))).toBe(-Status.TAKEN);
    expect(b.entryFind(descriptor(w, b, 'places of the earth') + 88, 19)).toBe(entry);
    expect(b.entryFind(descriptor(w, b, 'places of the eartj') + 88, 19)).toBe(-Status.UNKNOWN);
    expect(b.entryRoot(entry)).toBe(77);
    expect(b.entryJoin(entry, generation)).toBe(Status.OK);
    expect(b.entryRead(entry, b.scratch())).toBe(Status.OK);
    const copy = new Uint8Array(w.memory.buffer, b.scratch(), 256);
    expect(new TextDecoder().decode(copy.slice(88, 88 + copy[36]!))).toBe('places of the earth');
    expect(a.entryDestroy(entry, generation)).toBe(Status.OK);
    expect(b.entryAlive(entry, generation)).toBe(0);
    expect(b.entryDestroy(entry, generation)).toBe(Status.CLOSED);
    expect(b.entryJoin(entry, generation)).toBe(Status.CLOSED);
    const next = b.entryClaim(descriptor(w, b, 'places of the earth'));
    expect(b.entryPublish(next, b.entryGeneration(next), 0)).toBe(Status.OK);
    expect(b.entryAlive(next, generation)).toBe(0);
    expect(problems(w, a)).toEqual([]);
  });

  it('says when it is full, and takes unnamed ones side by side', () => {
    const w = world(64);
    const { k } = w.attach();
    const all: number[] = [];
    for (;;) {
      const entry = k.entryClaim(descriptor(w, k, ''));
      if (entry < 0) {
        expect(entry).toBe(-Status.FULL);
        break;
      }
      k.entryPublish(entry, k.entryGeneration(entry), 0);
      all.push(entry);
    }
    expect(new Set(all).size).toBe(k.entries());
    expect(k.entryDestroy(all[9]!, k.entryGeneration(all[9]!))).toBe(Status.OK);
    expect(k.entryClaim(descriptor(w, k, 'x'))).toBe(all[9]);
  });

  it('lets a creator that died be succeeded, by claim or by recovery', () => {
    for (const by of ['claim', 'recovery']) {
      const w = world(64);
      const { k } = w.attach();
      const victim = w.attach(5);
      const entry = victim.k.entryClaim(descriptor(w, victim.k, 'half'));
      expect(k.entryClaim(descriptor(w, k, 'half'))).toBe(-Status.CONTENDED);
      expect(k.buryThread(5)).toBe(1);
      if (by === 'recovery') recover(k);
      expect(k.entryClaim(descriptor(w, k, 'half'))).toBe(entry);
      if (by === 'claim') recover(k);
      expect(k.entryPublish(entry, k.entryGeneration(entry), 0)).toBe(Status.OK);
      expect(problems(w, k)).toEqual([]);
    }
  });
});

describe('the ladder of attach', () => {
  const RUNGS = ['fine', 'truncated', 'foreign', 'protocol', 'build', 'checksum', 'layout'];

  it('stops at every changed byte of the header', () => {
    const w = world(64);
    const k = w.instance();
    expect(k.inspect(64)).toBe(0);
    expect(RUNGS[k.inspect(63)]).toBe('truncated');
    expect([k.found(), k.expected()]).toEqual([63, 64]);
    const u8 = new Uint8Array(w.memory.buffer);
    for (let at = 0; at < 128; at++) {
      const old = u8[at]!;
      for (let value = 0; value < 256; value++) {
        if (value === old) continue;
        u8[at] = value;
        const rung = k.inspect(64);
        if (!(rung > 0 && rung < RUNGS.length)) expect.fail(`byte ${at} = ${value}: rung ${rung}`);
        if (at >= 8 && at < 16) expect(RUNGS[rung]).toBe('foreign');
        if (at >= 16 && at < 20) expect(RUNGS[rung]).toBe('protocol');
        if (at >= 20 && at < 24) expect(RUNGS[rung]).toBe('build');
      }
      u8[at] = old;
    }
    expect(k.inspect(64)).toBe(0);
  });

  it('knows an empty memory, and refuses sizes that cannot be', () => {
    const w = bare(4);
    expect(RUNGS[w.instance().inspect(4)]).toBe('foreign');
    const create = (pages: number, participants: number): number =>
      w.instance().create(pages, participants, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    for (const [pages, participants] of [
      [0, 8],
      [5, 8],
      [65537, 8],
      [2, 8],
      [4, 0],
      [4, 257],
    ]) {
      expect(create(pages!, participants!)).toBe(Status.BAD);
    }
    expect(create(4, 1)).toBe(Status.OK);
    expect(w.instance().attach(0)).toBe(-Status.FULL);
    expect(w.instance().slotKind(0)).toBe(SlotKind.FREE);
  });
});

describe('participants', () => {
  it('come and go without leaving anything', () => {
    seeded((random) => {
      const w = world(200, 6);
      const { k } = w.attach();
      const start = stats(w, k);
      const guests = new Map<number, ReturnType<typeof w.attach>>();
      for (let round = 0; round < 2000; round++) {
        const guest = guests.get(round % 5);
        if (guest === undefined) {
          guests.set(round % 5, w.attach(round + 1));
        } else if (random() < 0.5) {
          guest.k.free(guest.k.alloc(Math.floor(random() * 70_000), 0));
          if (random() < 0.1) guest.k.regionAlloc(guest.k.regionOpen(0), 100_000, 0);
          if (random() < 0.1) guest.k.stage(200_000);
        } else {
          if (random() < 0.3) guest.k.pin();
          if (random() < 0.3) guest.k.leaseTake();
          if (random() < 0.5) {
            expect(guest.k.detach()).toBe(Status.OK);
          } else {
            expect(k.bury(guest.slot, k.slotGeneration(guest.slot))).toBe(1);
            recover(k);
          }
          guests.delete(round % 5);
        }
      }
      for (const { k: guest } of guests.values()) expect(guest.detach()).toBe(Status.OK);
      k.trim();
      k.sweep();
      expect(stats(w, k)).toEqual(start);
      expect(problems(w, k)).toEqual([]);
    });
  });

  it('are told apart: no slot is left, a thread is found by its id, twice buried is once', () => {
    const w = world(64, 3);
    const a = w.attach(11);
    const b = w.attach(12);
    const c = w.attach(12 + 2 ** 19);
    expect(w.instance().attach(13)).toBe(-Status.NO_SLOT);
    expect(a.k.slotThread(c.slot)).toBe(12 + 2 ** 19);
    expect(a.k.buryThread(12)).toBe(1);
    expect(a.k.buryThread(12)).toBe(0);
    expect(b.k.alive()).toBe(0);
    expect(c.k.alive()).toBe(1);
    expect(a.k.bury(b.slot, a.k.slotGeneration(b.slot))).toBe(0);
    recover(a.k);
    expect(a.k.slotKind(b.slot)).toBe(SlotKind.FREE);
    expect(w.attach(14).slot).toBe(b.slot);
    expect(b.k.alive()).toBe(0);
  });

  it('take with them whom they watched', () => {
    const w = world(64);
    const { k } = w.attach(1);
    const child = w.attach(3);
    const parent = w.attach(2);
    expect(parent.k.watch(3)).toBe(Status.OK);
    for (let n = 0; n < 31; n++) expect(parent.k.watch(100 + n)).toBe(Status.OK);
    expect(parent.k.watch(200)).toBe(Status.FULL);
    parent.k.unwatch(100);
    expect(parent.k.watch(200)).toBe(Status.OK);
    expect(k.buryThread(2)).toBe(1);
    recover(k);
    expect(k.slotKind(child.slot)).toBe(SlotKind.DEAD);
    recover(k);
    expect(k.slotKind(child.slot)).toBe(SlotKind.FREE);
    expect(problems(w, k)).toEqual([]);
  });

  it('that die leave blocks to their users, and nothing else', () => {
    const w = world(200);
    const { k } = w.attach();
    const start = stats(w, k);
    const victim = w.attach(9);
    const block = victim.k.alloc(100, 0);
    const large = victim.k.alloc(100_000, 0);
    const region = victim.k.regionOpen(0);
    victim.k.regionAlloc(region, 200_000, 0);
    victim.k.stage(500_000);
    victim.k.pin();
    const entry = victim.k.entryClaim(descriptor(w, victim.k, 'it'));
    const generation = k.entryGeneration(entry);
    victim.k.entryPublish(entry, generation, 0);
    k.buryThread(9);
    expect(k.reap(victim.slot)).toBe(1);
    k.recoverArena(victim.slot);
    // Its structure's repair is outstanding: the reservations stand.
    expect(k.finishRecovery(victim.slot)).toBe(0);
    expect(k.slotKind(victim.slot)).toBe(SlotKind.ORPHANED);
    expect(stats(w, k)).toMatchObject({ scratch: start.scratch, retiredRegions: 1, blocks: 2 });
    expect(k.reap(victim.slot)).toBe(2);
    expect(k.nextJoined(victim.slot, 0)).toBe(entry);
    k.unjoin(entry, victim.slot);
    expect(k.finishRecovery(victim.slot)).toBe(1);
    expect(stats(w, k)).toMatchObject({ region: 0, retiredRegions: 0, structures: 1 });
    expect(k.free(block)).toBe(Status.OK);
    expect(k.free(large)).toBe(Status.OK);
    expect(k.entryDestroy(entry, generation)).toBe(Status.OK);
    k.trim();
    expect(stats(w, k)).toEqual(start);
    expect(problems(w, k)).toEqual([]);
  });
});

describe('images', () => {
  it('bring everything back but the threads', () => {
    const w = world(100);
    const { k } = w.attach(4);
    const block = k.alloc(5000, 0) >>> 0;
    new Uint8Array(w.memory.buffer).fill(3, block, block + 5000);
    k.regionAlloc(k.regionOpen(0), 100, 0);
    k.watch(6);
    const copy = bare(100);
    const to = new Uint8Array(copy.memory.buffer);
    const from = new Uint8Array(w.memory.buffer);
    let pages = 0;
    for (let page = k.nextUsed(0); page < 100; page = k.nextUsed(page + 1)) {
      if (k.isZero(page * PAGE, PAGE)) continue;
      to.set(from.subarray(page * PAGE, (page + 1) * PAGE), page * PAGE);
      pages++;
    }
    expect(pages).toBeLessThan(12);
    k.hash(block, 5000);
    const digest = [k.resultLow(), k.resultHigh()];
    expect(copy.instance().inspect(100)).toBe(0);
    expect(copy.instance().thaw()).toBe(1);
    const other = copy.attach(6).k;
    expect(other.slotThread(0)).toBe(0);
    recover(other);
    expect(other.sizeOf(block)).toBeGreaterThanOrEqual(5000);
    expect(to[block + 4999]).toBe(3);
    expect(stats(copy, other)).toMatchObject({ blocks: 1, region: 0, alive: 1 });
    expect(problems(copy, other)).toEqual([]);
    k.hash(block, 5000);
    expect([k.resultLow(), k.resultHigh()]).toEqual(digest);
  });
});

it('random numbers differ between slots and lives', () => {
  const w = world(64);
  const all = new Set<number>();
  for (let n = 0; n < 4; n++) {
    const { k } = w.attach();
    for (let i = 0; i < 100; i++) all.add(k.random());
    if (n % 2 === 0) k.detach();
  }
  expect(all.size).toBeGreaterThan(398);
  expect(SEED).toBeGreaterThan(0);
});
