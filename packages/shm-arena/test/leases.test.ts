// Leases of a thread in any number, as its kernel keeps them: each keeps what it can see, and
// nothing else.

import { afterEach, describe, expect, it } from 'vitest';
import { PAGE, problems, recover, SLICE, stats, type Threads, world } from './kernel-world.ts';

type Kernel = ReturnType<Threads['attach']>['k'];

function lease(k: Kernel): number {
  const name = k.leaseTake();
  expect(k.leaseHold(name)).toBe(1);
  return name;
}

/** The words of a slot. */
const WORDS = 12;

const seed = Number(process.env.SEED ?? 20_261_129);
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(`SEED=${seed} vitest run leases.test.ts`);
});
function draws(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('leases of one thread', () => {
  it.each([13, 1000, 5000])('%i of different instants keep what each can see', (n) => {
    const w = world(300);
    const { k } = w.attach();
    const other = w.attach().k;
    const random = draws();
    const leases: { name: number; era: number }[] = [];
    const regions: { birth: number; retired: number }[] = [];
    let open: { region: number; birth: number } | undefined;
    const born = () => {
      open = { region: other.regionOpen(0), birth: other.eraLow() };
    };
    born();
    for (let i = 0; i < n; i++) {
      const name = lease(k);
      leases.push({ name, era: k.resultLow() });
      if (i % Math.ceil(n / 100) !== 0) continue;
      const { region, birth } = open!;
      regions.push({ birth, retired: other.eraLow() });
      other.regionClose(region, other.regionGeneration(region));
      born();
    }
    const kept = () =>
      regions.filter((r) => leases.some(({ era }) => era >= r.birth && era <= r.retired)).length;
    expect(stats(w, other).retiredRegions).toBe(kept());
    while (leases.length > 0) {
      const [gone] = leases.splice(Math.floor(random() * leases.length), 1);
      k.leaseDrop(gone!.name);
      if (leases.length % Math.ceil(n / 40) !== 0) continue;
      other.sweep();
      expect(stats(w, other).retiredRegions).toBe(kept());
      expect(problems(w, k)).toEqual([]);
    }
    k.sweep();
    other.regionClose(open!.region, other.regionGeneration(open!.region));
    expect(stats(w, k)).toMatchObject({ region: 0, retiredRegions: 0 });
  });

  it.each([13, 1000, 5000])('%i at a time, each for a while: their memory is bounded', (n) => {
    const w = world(300);
    const { k } = w.attach();
    const { free } = stats(w, k);
    const leases: number[] = [];
    const first = lease(k); // Stays: places behind it are not free in the order of their eras.
    let most = 0;
    for (let i = 0; i < 10 * n; i++) {
      leases.push(lease(k));
      if (leases.length > n) k.leaseDrop(leases.shift()!);
      most = Math.max(most, i % 100 === 0 ? free - stats(w, k).free : 0);
    }
    // At most four places a lease, of 8 bytes and two bits, in whole pages, beside the one before.
    expect(most * SLICE).toBeLessThanOrEqual(1.5 * (4 * 8.25 * n) + 4 * PAGE);
    for (const name of [...leases, first]) k.leaseDrop(name);
    k.sweep();
    expect(stats(w, k).free).toBe(free);
  });

  it('many, and their thread dies or leaves: nothing is kept', () => {
    for (const end of ['dies', 'leaves']) {
      const w = world(300);
      const { k } = w.attach();
      const { free } = stats(w, k);
      const reader = w.attach(5).k;
      const region = k.regionOpen(0);
      for (let n = 0; n < 6000; n++) lease(reader);
      k.regionClose(region, k.regionGeneration(region));
      expect(stats(w, k).retiredRegions).toBe(1);
      if (end === 'leaves') {
        reader.detach();
      } else {
        expect(k.buryThread(5)).toBe(1);
        expect(problems(w, k)).toEqual([]);
        k.sweep();
        expect(stats(w, k).retiredRegions).toBe(1); // Until it is recovered.
        recover(k);
      }
      k.sweep();
      expect(stats(w, k).free).toBe(free);
      expect(problems(w, k)).toEqual([]);
    }
  });

  it('many, in an image: they are gone when its dead are recovered', () => {
    const w = world(300);
    const { free } = stats(w, w.attach().k);
    const reader = w.attach().k;
    const region = reader.regionOpen(0);
    for (let n = 0; n < 6000; n++) lease(reader);
    reader.regionClose(region, reader.regionGeneration(region));
    expect(w.instance().thaw()).toBe(2);
    const { k } = w.attach();
    expect(problems(w, k)).toEqual([]);
    recover(k);
    k.sweep();
    expect(stats(w, k)).toMatchObject({ free, region: 0, alive: 1 });
    expect(problems(w, k)).toEqual([]);
  });

  it('in a full arena share an interval, which ends where what is left of them does', () => {
    const w = world(64);
    const { k } = w.attach();
    const other = w.attach().k;
    const regions = [0, 1, 2, 3].map(() => other.regionOpen(0));
    const words = Array.from({ length: WORDS }, () => k.leaseTake());
    while (other.alloc(PAGE, 0) !== 0);
    const names = [0, 1, 2].map((n) => {
      const name = lease(k);
      expect(name).toBeLessThan(0);
      other.regionClose(regions[n]!, other.regionGeneration(regions[n]!));
      return -name;
    });
    for (const name of words) k.leaseDrop(name);
    other.sweep();
    expect(stats(w, other).retiredRegions).toBe(3);
    k.leaseAnchor(names[2]!, names[2]!);
    other.sweep();
    // The third saw the last region alone: the others were retired before it was taken.
    expect(stats(w, other).retiredRegions).toBe(1);
    k.leaseAnchor(0, 0);
    other.sweep();
    expect(stats(w, other).retiredRegions).toBe(0);
    // There is memory again.
    for (let n = 0; n < WORDS; n++) k.leaseTake();
    expect(lease(k)).toBeGreaterThan(0);
  });

  it('may be taken while another is not held yet', () => {
    const w = world(64);
    const { k } = w.attach();
    for (let n = 0; n < WORDS; n++) lease(k);
    const outer = k.leaseTake();
    const inner = lease(k);
    expect(k.leaseHold(outer)).toBe(0);
    k.leaseDrop(outer);
    const region = k.regionOpen(0);
    const again = lease(k);
    k.regionClose(region, k.regionGeneration(region));
    k.leaseDrop(inner);
    k.sweep();
    expect(stats(w, k).retiredRegions).toBe(1);
    k.leaseDrop(again);
    k.sweep();
    expect(stats(w, k).retiredRegions).toBe(0);
    expect(problems(w, k)).toEqual([]);
  });
});
