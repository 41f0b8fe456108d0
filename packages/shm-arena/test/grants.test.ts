// Leases that belong to structures, as kernels and sibling packages use them.

import { describe, expect, it } from 'vitest';
import { Status } from '../src/ground/kernel.ts';
import { descriptor, PAGE, problems, recover, stats, type Threads, world } from './kernel-world.ts';

type Kernel = ReturnType<Threads['attach']>['k'];

function structure(w: Threads, k: Kernel): { entry: number; generation: number } {
  const entry = k.entryClaim(descriptor(w, k, ''));
  const generation = k.entryGeneration(entry);
  expect(k.entryPublish(entry, generation, 0)).toBe(Status.OK);
  return { entry, generation };
}

/** Takes, holds and gives; the record. */
function grant(k: Kernel, entry: number, generation: number, root = 0): number {
  const record = k.grantTake(entry, generation);
  expect(k.grantHold(record)).toBe(1);
  expect(k.grantGive(record, root)).toBe(Status.OK);
  return record;
}

describe('grants', () => {
  it('keep a retired region until they are dropped, whoever leaves', () => {
    const w = world(64);
    const { k } = w.attach();
    const maker = w.attach().k;
    const { entry, generation } = structure(w, k);
    const region = k.regionOpen(0);
    const record = grant(maker, entry, generation, 77);
    const life = k.grantGeneration(record);
    maker.detach();
    k.regionClose(region, k.regionGeneration(region));
    expect(stats(w, k).retiredRegions).toBe(1);
    expect(k.grantFind(record, life, entry, generation)).toBe(Status.OK);
    expect(k.resultLow()).toBe(77);
    expect(k.grantFind(record, life, entry, generation + 1)).toBe(Status.CLOSED);
    expect(k.grantNext(entry, generation, 0)).toBe(record);
    expect(k.grantNext(entry, generation, record + 1)).toBe(-1);
    expect(problems(w, k)).toEqual([]);
    expect(k.grantDrop(record, life)).toBe(Status.OK);
    expect(k.grantDrop(record, life)).toBe(Status.CLOSED);
    k.sweep();
    expect(stats(w, k).retiredRegions).toBe(0);
  });

  it('keep nothing that is born later', () => {
    const w = world(64);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    grant(k, entry, generation);
    const region = k.regionOpen(0);
    k.regionClose(region, k.regionGeneration(region));
    expect(stats(w, k).retiredRegions).toBe(0);
  });

  it('are held only when the clock stood still, and in the era of the last try', () => {
    const w = world(64);
    const { k } = w.attach();
    const other = w.attach().k;
    const { entry, generation } = structure(w, k);
    const record = k.grantTake(entry, generation);
    expect(other.leaseHold(other.leaseTake())).toBe(1); // The clock moves on.
    expect(k.grantHold(record)).toBe(0);
    expect(k.grantHold(record)).toBe(1);
    expect(k.grantGive(record, 0)).toBe(Status.OK);
    expect(k.grantGive(record, 0)).toBe(Status.CLOSED);
    expect(other.grantGive(k.grants(), 0)).toBe(Status.CLOSED);
  });

  it('die with whoever was taking them, and not with whoever has given them', () => {
    const w = world(64);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    const victim = w.attach(5).k;
    const given = grant(victim, entry, generation);
    const taken = victim.grantTake(entry, generation);
    const region = k.regionOpen(0);
    k.regionClose(region, k.regionGeneration(region));
    expect(stats(w, k).retiredRegions).toBe(1); // `taken` stands, in the era of its birth.
    expect(k.buryThread(5)).toBe(1);
    recover(k);
    expect(stats(w, k).retiredRegions).toBe(0);
    expect(k.grantNext(entry, generation, 0)).toBe(given);
    expect(k.grantTake(entry, generation)).toBe(taken);
    expect(problems(w, k)).toEqual([]);
  });

  it('end with their structure, also those that are given too late', () => {
    const w = world(64);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    const given = grant(k, entry, generation);
    const life = k.grantGeneration(given);
    const late = k.grantTake(entry, generation);
    expect(k.entryDestroy(entry, generation)).toBe(Status.OK);
    expect(k.grantFind(given, life, entry, generation)).toBe(Status.CLOSED);
    expect(k.grantGive(late, 0)).toBe(Status.CLOSED);
    expect(problems(w, k)).toEqual([]);
    const next = structure(w, k);
    expect(next.entry).toBe(entry);
    expect(k.grantNext(next.entry, next.generation, 0)).toBe(-1);
    expect(k.grantTake(entry, generation + 1)).toBe(given);
  });

  it('are 15 936, of which 64 need no page, and one more is refused', () => {
    const w = world(64);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    const { free } = stats(w, k);
    const all = Array.from({ length: 64 }, () => grant(k, entry, generation));
    expect(stats(w, k).free).toBe(free);
    while (all.length < k.grants()) all.push(grant(k, entry, generation));
    expect(stats(w, k).free).toBe(free - 8 * 16); // In slices.
    expect(new Set(all).size).toBe(15_936);
    expect(k.grantTake(entry, generation)).toBe(-Status.LIMIT);
    for (const record of [63, 64, 15_935]) {
      const life = k.grantGeneration(record);
      expect(k.grantFind(record, life, entry, generation)).toBe(Status.OK);
      expect(k.grantDrop(record, life)).toBe(Status.OK);
      expect(k.grantFind(record, life, entry, generation)).toBe(Status.CLOSED);
      expect(grant(k, entry, generation)).toBe(record);
    }
    expect(k.grantDrop(15_936, 0)).toBe(Status.CLOSED);
    expect(k.grantDrop(64, k.grantGeneration(64))).toBe(Status.OK);
    expect(k.grantTake(entry, generation)).toBe(64);
    expect(k.grantDrop(64, k.grantGeneration(64))).toBe(Status.OK); // Given up.
    expect(problems(w, k)).toEqual([]);
    expect(k.entryDestroy(entry, generation)).toBe(Status.OK);
    expect(k.grantNext(entry, generation, 0)).toBe(-1);
    expect(problems(w, k)).toEqual([]);
  });

  it('beyond 64 keep what is in their instant, as the first ones do', () => {
    const w = world(64);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    const all = Array.from({ length: 999 }, () => grant(k, entry, generation));
    const region = k.regionOpen(0);
    const last = grant(k, entry, generation);
    k.regionClose(region, k.regionGeneration(region));
    for (const record of all) k.grantDrop(record, k.grantGeneration(record));
    k.sweep();
    expect(stats(w, k).retiredRegions).toBe(1);
    k.grantDrop(last, k.grantGeneration(last));
    k.sweep();
    expect(stats(w, k).retiredRegions).toBe(0);
  });

  it('are refused where no page is left for more than 64', () => {
    const w = world(32);
    const { k } = w.attach();
    const { entry, generation } = structure(w, k);
    for (let n = 0; n < 64; n++) grant(k, entry, generation);
    while (k.alloc(PAGE, 0) !== 0);
    expect(k.grantTake(entry, generation)).toBe(-Status.FULL);
    expect(problems(w, k)).toEqual([]);
  });
});
