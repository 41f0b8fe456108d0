// The arena's own benchmarks: blocks, attaching, and the way of a key into a kernel.

import { Worker } from 'node:worker_threads';
import { Arena, type ArenaHandle } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { keyPort } from '@x/shm-arena/map';
import { benchKernel } from '../kernel.ts';
import { ascending, keysOf } from '../random.ts';
import { shareArena } from '../shared.ts';
import { spread } from '../stats.ts';
import { watchKernel } from '../trace.ts';
import type { Bench, Job } from '../types.ts';

const BYTES = 2 ** 26;
const BLOCK = 64;
const RING = 1_000;
const WARM_UP = 200_000;
/** Pairs whose writes are counted: a few tell as much as many. */
const COUNTED = 1_000;

/** Each thread allocates and frees `size` times, in its own pages of one arena. */
export async function pairs(job: Job, bench: Bench): Promise<void> {
  const { arena } = await shareArena(bench, () => [Arena.create({ bytes: BYTES })]);
  const { kernel } = benchKernel(arena);
  const fromJs = (n: number): number => {
    let done = 0;
    for (let i = 0; i < n; i++) {
      arena.free(arena.alloc(BLOCK));
      done++;
    }
    return done;
  };
  for (const run of [kernel.pairs, kernel.ring]) run(Math.min(job.size, WARM_UP), BLOCK, RING);
  fromJs(Math.min(job.size, WARM_UP));
  bench.measure('pair', job.size, () => kernel.pairs(job.size, BLOCK) / job.threads);
  bench.measure('ring', job.size, () => kernel.ring(job.size, BLOCK, RING) / job.threads);
  const calls = Math.ceil(job.size / 4);
  bench.measure('fromJs', calls, () => fromJs(calls) / job.threads);
  if (job.threads === 1) bench.count('writes', await writesPerPair(arena));
  arena.detach();
}

/** Kinds of gate calls that write (shm-arena/assembly/ground/atomic.ts). */
const FIRST_WRITE = 1;
const LAST_WRITE = 6;

/** Atomic writes (stores, read-modify-writes, failed ones too) per alloc and free of one block. */
async function writesPerPair(arena: Arena): Promise<number> {
  let writes = 0;
  await watchKernel('.', (_at, _bytes, kind) => {
    if (kind >= FIRST_WRITE && kind <= LAST_WRITE) writes++;
  });
  const { kernel } = benchKernel(arena);
  kernel.pairs(1, BLOCK); // The page that the class is given.
  writes = 0;
  const done = kernel.pairs(COUNTED, BLOCK);
  if (done !== COUNTED) throw new Error(`the watched kernel did ${done} pairs of ${COUNTED}`);
  return writes / COUNTED;
}

/** All workers load the same few lines; one of them also loads the package and attaches. */
const STARTED = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { url, handle } = workerData;
  if (url === undefined) parentPort.postMessage(0);
  else import(url).then(({ Arena }) => {
    const arena = Arena.attach(handle);
    parentPort.postMessage(arena.participant.slot);
  });
`;

interface Given {
  url?: string;
  handle?: ArenaHandle;
}

/**
 * Milliseconds until a new worker has answered: one that is given nothing, one that is given the
 * memory and leaves it, and ones that attach; `size` of each.
 */
export async function attach(job: Job, bench: Bench): Promise<void> {
  const arena = Arena.create({ bytes: BYTES });
  const small = Arena.create({ bytes: BYTES / 2 });
  const url = import.meta.resolve('@x/shm-arena');
  const workers: [metric: string, given: Arena, workerData: Given][] = [
    ['empty', arena, {}],
    ['handed', arena, { handle: arena.handle }],
    ['attach', arena, { url, handle: arena.handle }],
    ['small', small, { url, handle: small.handle }],
  ];
  const taken = workers.map((): number[] => []);
  for (let i = -1; i < job.size; i++) {
    for (const [n, [, given, workerData]] of workers.entries()) {
      const took = await answered(given, workerData);
      // The first of each reads files that the others find in memory.
      if (i >= 0) taken[n]!.push(took);
    }
  }
  for (const [n, [metric]] of workers.entries()) bench.count(metric, spread(taken[n]!).median);
  arena.detach();
  small.detach();

  async function answered(arena: Arena, workerData: Given): Promise<number> {
    const start = performance.now();
    const worker = new Worker(STARTED, { eval: true, workerData });
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    arena.watch(worker);
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const took = performance.now() - start;
    await worker.terminate();
    await exited;
    arena.recover();
    return took;
  }
}

/** An empty call, and a call with a key that is packed as every structure packs its keys. */
export function crossing(job: Job, bench: Bench): void {
  const arena = Arena.create({ bytes: BYTES });
  const { kernel, seat } = benchKernel(arena);
  const port = keyPort(seat.crossing, utf8);
  const none = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum ^= kernel.empty();
    return sum;
  };
  const withKey = (keys: readonly string[]): number => {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) {
      port.pack(keys[i]!);
      sum ^= kernel.key(port.length, port.k0, port.k1, port.k2, port.k3);
    }
    return sum;
  };
  const order = ascending(job.size);
  const warm = keysOf(ascending(Math.min(job.size, WARM_UP)));
  none(WARM_UP);
  withKey(warm);
  const keys = keysOf(order);
  bench.measure('empty', job.size, () => none(job.size));
  bench.measure('key', job.size, () => withKey(keys));
  arena.detach();
}
