// Shared leases: they belong to the domain, outlive the thread that took them, and end for all.

import { Worker } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { describe, expect, test } from 'vitest';
import { codeOf, type World, worlds } from '../../shm-arena/test/reclaim/support.ts';
import { type Atomic, HazardDomain, type Lease, type SharedLeaseHandle } from '../src/index.ts';
import { subjects } from './subjects.ts';

describe.each(subjects)('shared leases, $scheme', (subject) => {
  let world: World;
  let domain: HazardDomain;
  let cell: Atomic;
  worlds(subject, (given) => {
    world = given;
    domain = world.domain as HazardDomain;
    cell = world.cell as Atomic;
  });

  const take = () => domain.lease(cell, { shared: true });

  /** A worker that takes a lease, or ends the one given, and stays. */
  async function visit(lease?: SharedLeaseHandle): Promise<{
    handle: SharedLeaseHandle;
    isOpen: boolean;
    kill(): Promise<unknown>;
  }> {
    const worker = new Worker(new URL('./workers/lease.mjs', import.meta.url), {
      workerData: {
        arena: world.arena.handle,
        domain: domain.handle,
        cell: cell.handle,
        library: subject.library.href,
        lease,
      },
    });
    world.arena.watch(worker);
    const message = await new Promise<{ handle: SharedLeaseHandle; isOpen: boolean }>(
      (resolve, reject) => worker.once('message', resolve).once('error', reject),
    );
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    return { ...message, kill: () => worker.terminate().then(() => exit) };
  }

  test('one outlives its taker, and another thread ends it', async () => {
    world.replace(7);
    const maker = await visit();
    await maker.kill();
    expect(world.arena.recover().reaped).toBe(1);
    const lease = domain.attachLease(structuredClone(maker.handle));
    expect(domain.leases()).toEqual([maker.handle]);
    world.churn(1000);
    expect(world.word(lease.root)).toBe(7);
    expect(domain.stats()).toMatchObject({ pendingBlocks: 1, keptBlocks: 1 });
    const closer = await visit(maker.handle);
    expect([closer.isOpen, lease.isOpen]).toEqual([false, false]);
    lease.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    expect(domain.leases()).toEqual([]);
    await closer.kill();
    world.arena.recover();
  });

  test('one keeps its instant, and nothing born later', () => {
    world.replace(1);
    const first = take();
    world.replace(2);
    domain.collect(); // Moves the era: the second must not keep what was retired in its own.
    const second = take();
    world.churn(600);
    expect([first, second].map(({ root }) => world.word(root))).toEqual([1, 2]);
    expect(domain.stats().pendingBlocks).toBe(2);
    first.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(1);
    second[Symbol.dispose]();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('it stays when its instance and its thread let go, until the domain ends', async () => {
    world.replace(3);
    const lease = HazardDomain.open(world.arena, 'd').lease(cell, { shared: true });
    const twin = HazardDomain.open(world.arena, 'd');
    const same = twin.attachLease(lease.handle);
    twin.close();
    expect([lease.isOpen, same.isOpen]).toEqual([true, true]);
    expect(world.arena.stats().pinned).toMatchObject({ slot: undefined, bytes: 0 });
    expect(world.arena.stats().pinned.oldest).toBeTypeOf('bigint');
    const { handle } = lease;
    domain.destroy();
    expect([lease.isOpen, same.isOpen]).toEqual([false, false]);
    expect(codeOf(() => domain.attachLease(handle))).toBe('CLOSED');
    lease.close();
    await new Promise((resolve) => setImmediate(resolve));
    world.arena.recover();
    expect(world.arena.stats().pinned).toEqual({ oldest: undefined, slot: undefined, bytes: 0 });
  });

  test('a thousand stand at once, and one in the place of another is another', () => {
    const leases = Array.from({ length: 1000 }, (_, i) => {
      world.replace(i);
      return take();
    });
    const own = domain.lease(cell); // A thread's own is no matter.
    world.churn(600);
    expect(leases.map(({ root }) => world.word(root))).toEqual(leases.map((_, i) => i));
    own.close();
    leases[5]!.close();
    const late = take();
    expect(late.handle.record).toBe(leases[5]!.handle.record);
    leases[5]!.close(); // It is over: the one in its place stands.
    expect([leases[5]!.isOpen, late.isOpen]).toEqual([false, true]);
    expect(codeOf(() => domain.attachLease(leases[5]!.handle))).toBe('CLOSED');
    expect(domain.leases().length).toBe(1000);
    for (const handle of domain.leases()) domain.attachLease(handle).close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test.each([13, 1000, 5000])(
    '%i at a time of one thread, each for a while: each keeps a block',
    (n) => {
      const leases: Lease[] = [];
      for (let i = 0; i < 3 * n; i++) {
        world.replace(i);
        leases.push(domain.lease(cell));
        if (leases.length > n) leases.shift()!.close();
        if (i % Math.ceil(n / 8) !== 0) continue;
        domain.collect();
        // What the newest one shows is still in the cell; what was retired in the era of the oldest
        // one is kept by it, too.
        expect([leases.length - 1, leases.length]).toContain(domain.stats().pendingBlocks);
        expect(leases.map(({ root }) => world.word(root))).toEqual(
          leases.map((_, at) => i - leases.length + 1 + at),
        );
      }
      for (const lease of leases) lease.close();
      domain.collect();
      expect(domain.stats().pendingBlocks).toBe(0);
    },
  );

  test('misuse is told: no handle, one of another domain, a thread that has left', () => {
    const other = HazardDomain.create(world.arena);
    const foreign = other.lease(other.atomic(), { shared: true });
    const { handle } = take();
    for (const wrong of [undefined, null, {}, { domain: 1, record: 0, generation: 0 }]) {
      expect(codeOf(() => domain.attachLease(wrong as never))).toBe('WRONG_TYPE');
    }
    expect(() => domain.attachLease(foreign.handle)).toThrow(RangeError);
    expect(() => domain.attachLease({ ...handle, record: -1 })).toThrow(RangeError);
    expect(() => domain.attachLease({ ...handle, generation: 0.5 })).toThrow(RangeError);
    expect(codeOf(() => domain.attachLease({ ...handle, record: 70 }))).toBe('CLOSED');
    // A record of another structure, by a forged handle.
    const forged = { ...foreign.handle, domain: domain.handle };
    expect(codeOf(() => domain.attachLease(forged))).toBe('CLOSED');
    expect(foreign.isOpen).toBe(true);
    other.close();
    foreign.close(); // It asks for the arena, not for the instance.
    expect(foreign.isOpen).toBe(false);
    expect(codeOf(() => other.lease(cell, { shared: true }))).toBe('WRONG_GUARD');
    expect(codeOf(() => other.leases())).toBe('CLOSED');
  });

  test('an image keeps it', async () => {
    world.replace(9);
    const { handle } = take();
    world.churn(300);
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.arena.save()) chunks.push(chunk);
    const arena = await Arena.load(Buffer.concat(chunks));
    arena.recover();
    const later = HazardDomain.open(arena, 'd');
    const [found] = later.leases();
    expect([found!.record, found!.generation]).toEqual([handle.record, handle.generation]);
    const lease = later.attachLease(found!);
    later.collect();
    expect(new Uint32Array(arena.memory.buffer)[lease.root / 4]).toBe(9);
    lease.close();
    later.collect();
    expect(later.stats().pendingBlocks).toBe(0);
    expect(arena.verify().problems).toEqual([]);
    arena.detach();
    domain.attachLease(handle).close();
  });
});
