// The reclaimers: pins, a stack, retirements, and reading a long list, by each scheme.

import { readFileSync } from 'node:fs';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena } from '@x/shm-arena';
import { type BenchKernel, benchKernel } from '../kernel.ts';
import { shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';

const BYTES = 2 ** 28;
const PARTICIPANTS = 64;
const WARM_UP = 100_000;
/** Numbers of the schemes in the kernels. */
const SCHEMES = ['interval', 'epoch', 'pointers', 'eras', 'none'];
/** assembly/ground/layout.ts: where entries stand, and their roots. */
const DIRECTORY_AT = 84;
const ENTRY_BYTES = 256;
const ROOT = 8;

interface Place {
  readonly arena: Arena;
  readonly kernel: BenchKernel;
  readonly root: number;
  readonly home: number;
  readonly cell: number;
  readonly scheme: number;
}

/** A domain of the job's scheme, this thread in it, and a cell. */
async function open(job: Job, bench: Bench): Promise<Place> {
  const scheme = SCHEMES.indexOf(job.subject);
  const [domainOf, name] =
    scheme === 2 || scheme === 3
      ? [HazardDomain, job.subject as 'pointers' | 'eras']
      : [EpochDomain, scheme === 1 ? ('epoch' as const) : ('interval' as const)];
  const { arena, told } = await shareArena(bench, () => {
    const made = Arena.create({ bytes: BYTES, participants: PARTICIPANTS });
    const domain = domainOf.create(made, { scheme: name as never });
    return [made, { domain: domain.handle, cell: domain.atomic().handle.offset }];
  });
  domainOf.attach(arena, told.domain);
  const { kernel } = benchKernel(arena);
  const words = new Uint32Array(arena.memory.buffer);
  const directory = words[DIRECTORY_AT / 4]!;
  const root = words[(directory + told.domain.entry * ENTRY_BYTES + ROOT) / 4]!;
  return { arena, kernel, root, home: homeOf(arena, root), cell: told.cell, scheme };
}

/** The home that names this slot: assembly/reclaim/home.ts. */
function homeOf(arena: Arena, root: number): number {
  const words = new Uint32Array(arena.memory.buffer);
  const first = root + 128;
  const bytes = words[(root + 8) / 4]!;
  for (let i = 0; i < PARTICIPANTS; i++) {
    const home = first + i * bytes;
    if (Atomics.load(words, home / 4) === arena.participant.slot + 1) return home;
  }
  throw new Error('this thread has no home in the domain');
}

export function pins(job: Job, bench: Bench): void {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const { kernel } = benchKernel(arena);
  const empty = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum ^= kernel.empty();
    return sum;
  };
  const touch = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum ^= kernel.touch();
    return sum;
  };
  empty(WARM_UP);
  touch(WARM_UP);
  bench.measure('empty', job.size, () => empty(job.size));
  bench.measure('touch', job.size, () => touch(job.size));
  kernel.idle();
  arena.detach();
}

export async function stack(job: Job, bench: Bench): Promise<void> {
  const { arena, kernel, root, home, cell, scheme } = await open(job, bench);
  const run = (n: number) => kernel.stackPairs(n, root, home, cell, scheme);
  run(Math.min(job.size, WARM_UP));
  const own = Math.ceil(job.size / job.threads);
  bench.measure('pair', job.size, () => run(own));
  kernel.idle();
  arena.detach();
}

export async function retire(job: Job, bench: Bench): Promise<void> {
  const { arena, kernel, root, home } = await open(job, bench);
  fillSlots(arena);
  kernel.retirePairs(Math.min(job.size, WARM_UP), root, home);
  bench.measure('pair', job.size, () => kernel.retirePairs(job.size, root, home));
  kernel.idle();
  arena.detach();
}

/** Takes every slot that is left, as threads that do nothing would. */
function fillSlots(arena: Arena): void {
  const file = new URL('../../node_modules/@x/shm-arena/build/kernel.wasm', import.meta.url);
  const module = new WebAssembly.Module(readFileSync(file));
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  const attach = exports.attach as (thread: number) => number;
  for (let i = 1; i < PARTICIPANTS; i++) {
    if (attach(0) < 0) throw new Error(`slot ${i} cannot be taken`);
  }
}

export async function walk(job: Job, bench: Bench): Promise<void> {
  const { arena, kernel, root, home, scheme } = await open(job, bench);
  const own = arena.alloc(job.size * 4);
  for (let i = 0; i < job.size; i++) {
    if (kernel.node(root, home, own, i) === 0) throw new Error('the arena is full');
  }
  const words = new Uint32Array(arena.memory.buffer, own, job.size);
  words.set(shuffled(job.size, job.seed).map((i) => words[i]!));
  const first = kernel.link(own, job.size) >>> 0;
  kernel.walk(root, home, first, scheme);
  bench.measure('hop', job.size, () => kernel.walk(root, home, first, scheme));
  kernel.idle();
  arena.detach();
}
