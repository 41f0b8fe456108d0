import { describe, expect, it } from 'vitest';
import {
  AHEAD,
  CLOSED,
  DELETE,
  EXISTS,
  FULL,
  GET_OR_INSERT,
  INSERT,
  LIMIT,
  memoryOf,
  NEWEST,
  OK,
  type Op,
  PRESSURE,
  type Range,
  SET,
  Seat,
  VALUES_ONLY,
} from './kernel-harness.ts';
import { Model, Random } from './kernel-model.ts';

const SEED = Number(process.env.SEED ?? 20261120);
const text = (s: string) => new TextEncoder().encode(s);

describe('kernel against a model', () => {
  const seeds = Array.from({ length: 12 }, (_, i) => SEED + i);
  it.each(seeds)('random operations (SEED=%i, first of the run: SEED)', (seed) => {
    new Walk(seed).run(600);
  });
  it.each(seeds.slice(0, 3))('long keys and many lists (SEED=%i)', (seed) => {
    new Walk(seed, { longKeys: true, seals: 3 }).run(400);
  });
});

/** A random walk over everything the kernel does; each step is compared with the model. */
class Walk {
  private readonly random: Random;
  private readonly model = new Model();
  private readonly seats: Seat[];
  private readonly keys: Uint8Array[];
  private readonly snapshots: { seat: Seat; of: ReturnType<Seat['snapshot']>; model: Model }[] = [];
  private readonly seals: number;

  constructor(seed: number, { longKeys = false, seals = 1 } = {}) {
    this.random = new Random(seed);
    this.seals = seals;
    const memory = memoryOf(400, 4);
    this.seats = [new Seat(memory), new Seat(memory)];
    expect(this.seats[0]!.create()).toBe(OK);
    this.seats[1]!.open(this.seats[0]!);
    const prefix = longKeys ? 'a prefix that is longer than sixteen bytes / ' : '';
    this.keys = Array.from({ length: 60 }, (_, i) => {
      if (i < 12) return text(prefix + '\0'.repeat(i)); // Padding must decide nothing.
      const tail = this.random.bytes(this.random.below(i < 30 ? 4 : 24));
      return Uint8Array.from([...text(prefix), ...tail.map((byte) => byte % 3)]);
    });
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      const seat = this.seats[this.random.below(2)]!;
      const dice = this.random.below(100);
      if (dice < 45) this.write(seat);
      else if (dice < 52) this.batch(seat);
      else if (dice < 62) this.readKeys(seat);
      else if (dice < 85) this.scan(seat);
      else if (dice < 90) this.takeSnapshot(seat);
      else if (dice < 93) this.dropSnapshot();
      else if (dice < 93 + this.seals) this.seal(seat);
      else if (dice < 98) this.destroy(seat);
      else this.check(seat);
    }
    for (const seat of this.seats) this.check(seat);
    while (this.snapshots.length > 0) this.dropSnapshot();
  }

  private key(): Uint8Array {
    return this.keys[this.random.below(this.keys.length)]!;
  }

  private value(): Uint8Array {
    return this.random.bytes(this.random.below(4) === 0 ? this.random.below(300) : 8);
  }

  private write(seat: Seat): void {
    const key = this.key();
    const value = this.value();
    const kind = this.random.below(4);
    const was = this.model.get(key);
    if (kind === GET_OR_INSERT) {
      const got = seat.getOrInsert(key, value);
      expect(got.inserted).toBe(was === undefined);
      expect(got.value).toEqual(was ?? value);
      if (got.inserted) this.model.write(key, value, got.seq);
      return;
    }
    const status = seat.put(kind, key, kind === DELETE ? undefined : value);
    if (kind === INSERT && was !== undefined) {
      expect(status).toBe(EXISTS);
      return;
    }
    expect(status).toBe(OK);
    this.model.write(key, kind === DELETE ? undefined : value, seat.long(8));
  }

  private batch(seat: Seat): void {
    const ops: Op[] = Array.from({ length: this.random.below(40) }, () => {
      const kind = this.random.below(3);
      return { kind, key: this.key(), value: kind === DELETE ? undefined : this.value() };
    });
    const { status, written, seq, outcomes } = seat.writeBatch(ops);
    expect(status).toBe(OK);
    const failed = this.model.batch(ops, seq);
    expect(outcomes).toEqual(failed.map((bad) => (bad ? EXISTS : OK)));
    expect(written).toBe(failed.filter((bad) => !bad).length);
  }

  private readKeys(seat: Seat): void {
    const [of, model, reader] = this.target(seat);
    const key = this.key();
    expect(reader.get(key, of)).toEqual(model.entry(key));
    const keys = Array.from({ length: 1 + this.random.below(40) }, () => this.key());
    const got = reader.getMany(keys, of, 64 + this.random.below(2000));
    expect(got).toEqual(keys.map((k) => model.get(k)));
  }

  /** The newest state, one list, or a snapshot. */
  private target(seat: Seat): [{ target: number; seq: bigint }, Model, Seat] {
    const dice = this.random.below(3);
    if (dice === 0 && this.snapshots.length > 0) {
      const { seat: owner, of, model } = this.snapshots[this.random.below(this.snapshots.length)]!;
      return [of, model, owner];
    }
    if (dice === 1) {
      const id = this.model.lists[this.random.below(this.model.lists.length)]!;
      return [{ target: id, seq: 0n }, this.model.only(id), seat];
    }
    return [NEWEST, this.model, seat];
  }

  private scan(seat: Seat): void {
    const [of, model, reader] = this.target(seat);
    const range: Range = { flags: this.random.below(16) };
    if (this.random.below(2) === 0) {
      range.start = this.key();
      range.startOpen = this.random.below(2) === 0;
    }
    if (this.random.below(2) === 0) {
      range.end = this.key();
      range.endOpen = this.random.below(2) === 0;
    }
    const limit = [1, 2, 7, 20, 600][this.random.below(5)]!;
    const got = reader.scan(of, range, limit, 64 + this.random.below(3000));
    expect(got).toEqual(model.scan(range));
    if ((range.flags! & 2) === 0) {
      expect(reader.count(of, range, limit)).toBe(model.scan(range).length);
    }
  }

  private takeSnapshot(seat: Seat): void {
    if (this.snapshots.length >= 8) return;
    const old = this.random.below(3) === 0 && this.model.count > 0;
    const now = seat.stats().seq;
    const at = old ? BigInt(1 + this.random.below(Number(now))) : undefined;
    const of = seat.snapshot(at);
    expect(of.status).toBe(OK);
    if (at === undefined) expect(of.seq).toBe(now);
    this.snapshots.push({ seat, of, model: this.model.at(of.seq) });
    const ahead = seat.snapshot(now + 1n);
    expect(ahead.status).toBe(AHEAD);
    seat.drop(ahead);
  }

  private dropSnapshot(): void {
    const dropped = this.snapshots.splice(this.random.below(this.snapshots.length), 1)[0];
    if (dropped) dropped.seat.drop(dropped.of);
  }

  private seal(seat: Seat): void {
    if (this.model.lists.length >= 20) return;
    expect(seat.seal()).toBe(this.model.seal());
  }

  private destroy(seat: Seat): void {
    const frozen = this.model.lists.slice(0, -1);
    if (frozen.length === 0) return;
    const id = frozen[this.random.below(frozen.length)]!;
    expect(seat.destroyList(id)).toBe(OK);
    this.model.destroy(id);
    expect(seat.destroyList(id)).toBe(CLOSED);
  }

  private check(seat: Seat): void {
    expect(seat.audit()).toBe('');
    expect(seat.verify()).toBe(0);
    expect(seat.lists().map(({ id }) => id)).toEqual(this.model.lists);
    expect(seat.stats().versions).toBe(this.model.count);
    for (const id of this.model.lists) {
      expect(seat.stats(id).live).toBe(this.model.only(id).live);
      expect(seat.stats(id).versions).toBe(this.model.only(id).count);
    }
  }
}

describe('kernel', () => {
  function one(pages = 100, maxPages = 0, maxEntries = 0): Seat {
    const seat = new Seat(memoryOf(pages, 4));
    expect(seat.create(maxPages, maxEntries)).toBe(OK);
    return seat;
  }

  it('gives all memory of a destroyed list back when its last reader has left', () => {
    const seat = one();
    const empty = seat.usedPages();
    for (let i = 0; i < 2000; i++) seat.put(SET, text(`key ${i}`), text('x'.repeat(100)));
    const snapshot = seat.snapshot();
    const full = seat.usedPages();
    expect(full).toBeGreaterThan(empty);
    const id = seat.seal();
    expect(seat.destroyList(id)).toBe(OK);
    expect(seat.usedPages()).toBe(full + 1);
    expect(seat.get(text('key 7'))).toBe(undefined);
    expect(seat.get(text('key 7'), snapshot)?.value).toEqual(text('x'.repeat(100)));
    seat.drop(snapshot);
    seat.arena.sweep!();
    expect(seat.usedPages()).toBe(empty);
    expect(seat.verify()).toBe(0);
  });

  it('says FULL in a full arena, and nothing has changed', () => {
    const seat = one(40);
    const value = new Uint8Array(3000).fill(7);
    let n = 0;
    while (seat.put(SET, text(`key ${n}`), value) === OK) n++;
    expect(seat.put(SET, text('one more'), value)).toBe(FULL);
    expect(seat.stats().versions).toBe(n);
    expect(seat.get(text('one more'))).toBe(undefined);
    expect(seat.writeBatch([{ kind: SET, key: text('b'), value }]).status).toBe(FULL);
    expect(seat.lists().length).toBe(1);
    expect(seat.stats().versions).toBe(n);
    expect(seat.audit()).toBe('');
  });

  it('seals a list that has filled the arena, again and again', () => {
    const seat = one(40);
    const value = new Uint8Array(3000).fill(7);
    for (let round = 0; round < 5; round++) {
      let n = 0;
      while (seat.put(SET, text(`key ${n}`), value) === OK) n++;
      expect(n).toBeGreaterThan(300);
      const id = seat.seal();
      expect(seat.put(SET, text('late'), value)).toBe(FULL);
      expect(seat.list.seal!(seat.entry, seat.generation)).toBe(FULL); // Nothing is in it.
      expect(seat.audit()).toBe('');
      expect(seat.destroyList(id)).toBe(OK);
    }
    expect(seat.list.clear!(seat.entry, seat.generation)).toBe(OK);
    expect(seat.audit()).toBe('');
    expect(seat.verify()).toBe(0);
  });

  it('destroys a frozen list in a full arena', () => {
    const seat = one(40);
    const value = new Uint8Array(3000).fill(7);
    for (let i = 0; i < 100; i++) expect(seat.put(SET, text(`old ${i}`), value)).toBe(OK);
    const id = seat.seal();
    let n = 0;
    while (seat.put(SET, text(`new ${n}`), value) === OK) n++;
    expect(seat.destroyList(id)).toBe(OK);
    expect(seat.put(SET, text('again'), value)).toBe(OK);
    expect(seat.stats().versions).toBe(n + 1);
    expect(seat.audit()).toBe('');
    expect(seat.verify()).toBe(0);
  });

  it('keeps a limit of entries exactly, and says LIMIT, with pressure before', () => {
    const seat = one(100, 0, 20);
    for (let i = 0; i < 17; i++) expect(seat.put(SET, text(`${i}`))).toBe(OK);
    for (let i = 17; i < 20; i++) expect(seat.put(SET, text(`${i}`))).toBe(OK | PRESSURE);
    expect(seat.put(SET, text('x'))).toBe(LIMIT);
    expect(seat.put(DELETE, text('x'))).toBe(LIMIT);
    expect(seat.put(INSERT, text('1'))).toBe(EXISTS);
    expect(seat.writeBatch([{ kind: SET, key: text('y') }]).status).toBe(LIMIT);
    expect(seat.stats().versions).toBe(20);
    expect(seat.put(DELETE, text('1'))).toBe(OK | PRESSURE);
    expect(seat.put(DELETE, text('1'))).toBe(LIMIT);
    expect(seat.put(INSERT, text('1'))).toBe(LIMIT);
    expect(seat.stats().versions).toBe(21);
    seat.seal();
    expect(seat.put(SET, text('x'))).toBe(OK);
    expect(seat.audit()).toBe('');
  });

  it('gives values alone, with the one key to go on from', () => {
    const seat = one(100);
    for (const key of ['a', 'bb', 'a key of more than sixteen bytes', 'd']) {
      seat.put(SET, text(key), text(`${key}${key}`));
    }
    const whole = seat.scanOnce(NEWEST, {}, 3, 400).rows;
    const { rows, more } = seat.scanOnce(NEWEST, { flags: VALUES_ONLY }, 3, 400);
    expect(more).toBe(true);
    expect(rows.map(({ value }) => value)).toEqual(whole.map(({ value }) => value));
    expect(rows.map(({ key }) => key)).toEqual([text(''), text(''), text('bb')]);
    const tight = seat.scanOnce(NEWEST, { flags: VALUES_ONLY }, 3, 3 * 24 + 32);
    expect(tight.rows.map(({ key }) => key)).toEqual([text('a')]);
  });

  it('keeps a budget of pages, and says LIMIT', () => {
    const seat = one(100, 3);
    const value = new Uint8Array(1000);
    let status = OK;
    let n = 0;
    for (; status === OK; n++) status = seat.put(SET, text(`${n}`), value);
    expect(status).toBe(OK | PRESSURE);
    while (status !== LIMIT) status = seat.put(SET, text(`${n++}`), value);
    expect(seat.stats().pages).toBe(3);
    for (let i = 0; i < n - 1; i++) expect(seat.put(DELETE, text(`${i}`))).toBe(OK | PRESSURE);
    expect(seat.put(SET, text('x'), new Uint8Array(70_000))).toBe(LIMIT);
    expect(seat.stats().pages).toBeGreaterThan(2);
    expect(seat.audit()).toBe('');
    expect(seat.verify()).toBe(0);
  });

  it('links upper levels at any height, in order (defects 3 and 4 of the source system)', () => {
    const seat = one(400);
    const random = new Random(SEED);
    for (let i = 0; i < 20_000; i++) {
      seat.put(SET, text(`user:${random.below(1_000_000_000)}`), text('v'));
    }
    expect(seat.stats().height).toBeGreaterThan(5);
    expect(seat.audit()).toBe('');
  });

  it.each([2, 3.99])('works above %d GiB', (gib) => {
    const seat = new Seat(memoryOf(65_536, 4));
    // Runs are not touched until they are used: these push everything behind them up.
    const low = Math.floor(gib * 16_384) - 700;
    expect(seat.arena.alloc!(low * 65_536, 0)).not.toBe(0);
    expect(seat.create()).toBe(OK);
    const random = new Random(SEED);
    const snapshots: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const key = text(`a key of more than sixteen bytes ${random.below(800)}`);
      expect(seat.put(SET, key, random.bytes(8))).toBe(OK);
      if (i % 1000 === 500) {
        const snapshot = seat.snapshot();
        snapshots.push(snapshot.target);
        seat.drop(snapshot);
        seat.seal();
      }
    }
    // The records, and with them the lists, stand up there.
    for (const record of snapshots) expect(record).toBeGreaterThan((gib - 0.1) * 2 ** 30);
    expect(seat.scan(NEWEST, { flags: 2 }).length).toBe(3000);
    expect(seat.scan(NEWEST, { flags: 3 }).length).toBe(3000);
    expect(seat.audit()).toBe('');
    expect(seat.verify()).toBe(0);
  });

  it('does not repeat or lose versions of a key with very many of them', () => {
    const seat = one(400);
    for (let i = 0; i < 3000; i++) {
      seat.put(SET, text('hot'), text(`${i}`));
      if (i % 100 === 0) seat.put(SET, text(`k${i}`), text('v'));
    }
    for (const flags of [2, 3]) {
      const rows = seat.scan(NEWEST, { flags }, 700, 40_000);
      expect(rows.length).toBe(3030);
      const hot = rows.filter((row) => row.key.length === 3).map((row) => row.seq);
      expect(new Set(hot).size).toBe(3000);
    }
    expect(seat.scan(NEWEST, { flags: 1 }, 5).length).toBe(31);
    expect(seat.audit()).toBe('');
  });
});

describe('repair', () => {
  it('leaves an entry alone that has become something else', () => {
    const memory = memoryOf(64);
    const [seat, victim] = [new Seat(memory), new Seat(memory)];
    seat.create();
    victim.open(seat);
    const { entry, generation } = seat;
    seat.arena.bury!(victim.slot, seat.arena.slotGeneration!(victim.slot));
    seat.arena.entryDestroy!(entry, generation);
    // Of another type: its root is no record of a skip list's.
    const at = seat.arena.scratch!() >>> 0;
    new Uint8Array(memory.buffer, at, 256).fill(0);
    expect(seat.arena.entryClaim!(at)).toBe(entry);
    expect(seat.arena.entryPublish!(entry, generation + 1, 0xffff_fff1)).toBe(OK);
    expect(seat.list.repair!(entry, generation, victim.slot)).toBe(OK);
    expect(seat.arena.entryRoot!(entry) >>> 0).toBe(0xffff_fff1);
  });
});
