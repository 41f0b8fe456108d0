// Faults that the checker or a review found, each by its name. The states are set up by hand, word
// by word, as a death in the middle of a call leaves them.
import { expect, it } from 'vitest';
import { SlotKind, Status } from '../src/ground/kernel.ts';
import { descriptor, problems, recover, stats, world } from './kernel-world.ts';

const CREATING = 1n;
const DESTROYING = 3n;

/** Positions of the tables, from the header. */
function tables(memory: WebAssembly.Memory) {
  const view = new DataView(memory.buffer);
  return {
    view,
    entry: (n: number): number => view.getUint32(84, true) + n * 256,
    region: (n: number): number => view.getUint32(88, true) + n * 64,
  };
}

it('a region that the dead were creating for a structure destroyed since is freed', () => {
  const w = world(64);
  const { k } = w.attach();
  const victim = w.attach(2);
  const destroyer = w.attach(3);
  const start = stats(w, k);
  const entry = victim.k.entryClaim(descriptor(w, victim.k, 'gone'));
  const generation = k.entryGeneration(entry);
  victim.k.entryPublish(entry, generation, 0);
  const { view, entry: entryAt, region: regionAt } = tables(w.memory);
  // The victim died behind region.ts step 2 …
  const mine = (BigInt(victim.slot) + 1n) << 4n;
  view.setBigUint64(regionAt(0), CREATING | mine, true);
  view.setBigUint64(
    regionAt(0) + 8,
    (BigInt(generation) << 32n) | 0x80000000n | BigInt(entry),
    true,
  );
  k.buryThread(2);
  expect(k.reap(victim.slot)).toBe(1);
  k.recoverArena(victim.slot);
  // … the destroyer stands behind directory.ts step 9, and has not looked at the regions yet.
  const by = (BigInt(destroyer.slot) + 1n) << 4n;
  view.setBigUint64(entryAt(entry), (BigInt(generation) << 32n) | DESTROYING | by, true);
  expect(k.nextJoined(victim.slot, 0)).toBe(-1);
  expect(k.finishRecovery(victim.slot)).toBe(1);
  // The slot may have a new owner now: nothing may name it as the region's creator.
  expect(view.getBigUint64(regionAt(0), true) & 0xffffn).not.toBe(CREATING | mine);
  k.buryThread(3);
  recover(k);
  k.sweep();
  expect(k.slotKind(victim.slot)).toBe(SlotKind.FREE);
  expect(problems(w, k)).toEqual([]);
  expect(stats(w, k)).toMatchObject({ region: start.region, retiredRegions: 0, structures: 0 });
});

it("a directory entry's root has one width: the copy of an entry does not disturb it", () => {
  const w = world(64);
  const { k } = w.attach();
  const at = descriptor(w, k, 'root', 0x12345678);
  new DataView(w.memory.buffer).setUint32(at + 8, 0xffff_ffff, true);
  new DataView(w.memory.buffer).setUint32(at + 72, 41, true);
  const entry = k.entryClaim(at);
  expect(k.entryRoot(entry)).toBe(0);
  expect(k.entryPublish(entry, k.entryGeneration(entry), 4711)).toBe(Status.OK);
  expect(k.entryRead(entry, at)).toBe(Status.OK);
  const copy = new DataView(w.memory.buffer, at, 256);
  expect(copy.getUint32(8, true)).toBe(4711);
  expect(copy.getUint32(12, true)).toBe(0x12345678);
  expect(copy.getUint32(72, true)).toBe(41);
});

it('a thread can attach to a full arena whose dead hold the pages that it needs', () => {
  const w = world(64);
  const { k, slot } = w.attach(7);
  while (k.alloc(32_768, 0) !== 0);
  expect(k.status()).toBe(Status.FULL);
  expect(w.instance().attach(8)).toBe(-Status.FULL);
  const next = w.instance();
  expect(k.bury(slot, k.slotGeneration(slot))).toBe(1);
  expect(next.attach(9)).toBe(1);
  recover(next);
  expect(next.slotKind(slot)).toBe(SlotKind.FREE);
  expect(problems(w, next)).toEqual([]);
});

it('an unpin too many is harmless', () => {
  const w = world(64);
  const { k } = w.attach();
  const other = w.attach().k;
  k.unpin();
  k.pin();
  const region = other.regionOpen(0);
  // The interval stands: a region that lived in it stays.
  other.regionClose(region, other.regionGeneration(region));
  expect(stats(w, other)).toMatchObject({ retiredRegions: 1 });
  k.unpin();
  other.sweep();
  expect(stats(w, other)).toMatchObject({ retiredRegions: 0 });
});

it('a dead slot is not stuck when its dead reaper is recovered first and replaced', () => {
  const w = world(64);
  const { k } = w.attach();
  const victim = w.attach(2);
  const reaper = w.attach(3);
  k.buryThread(2);
  expect(reaper.k.reap(victim.slot)).toBe(1);
  k.buryThread(3);
  expect(k.reap(reaper.slot)).toBe(1);
  k.recoverArena(reaper.slot);
  expect(k.finishRecovery(reaper.slot)).toBe(1);
  expect(w.attach(4).slot).toBe(reaper.slot);
  expect(k.reap(victim.slot)).toBe(1);
  k.recoverArena(victim.slot);
  expect(k.finishRecovery(victim.slot)).toBe(1);
  expect(problems(w, k)).toEqual([]);
});
