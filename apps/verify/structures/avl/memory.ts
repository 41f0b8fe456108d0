// The tree's words as the checker reads them (packages/avl-batch/assembly: node.ts, version.ts,
// queue.ts), the invariants that hold after every step, and names for traces.

import type { World } from '../../src/structure.ts';
import { entryAt, head, isLive, keyIn, type Names, nameSystemWord, PAGE } from '../common.ts';
import type { Run } from './operations.ts';

const QUEUES = 256;
const QUEUE_BYTES = 128;
const HALF = 192;
const BEGUN = 20;
const REGION_BASE = 32;

/** The position of the thread's shard in the present generation (region.ts). */
export function positionOf(world: World, entry: number, slot: number): string {
  const region = world.u32(world.u32(rootWord(world, entry)) + 4);
  const at = world.u32(88) + 64 * region;
  return `${region} ${world.u64(at)} ${world.u64(world.u32(at + REGION_BASE) + 64 * slot)}`;
}

const rootWord = (world: World, entry: number): number => entryAt(world, entry) + 8;
const headAt = (world: World, entry: number): number => world.u32(entryAt(world, entry) + 72);

const left = (world: World, n: number): number => (world.u32(n + 16) & ~31) >>> 0;
const right = (world: World, n: number): number => (world.u32(n + 20) & ~31) >>> 0;
const heightOf = (world: World, n: number): number =>
  n === 0 ? 0 : (world.u32(n + 16) & 31) | ((world.u32(n + 20) & 1) << 5);
const sizeOf = (world: World, n: number): number => (n === 0 ? 0 : world.u32(n + 28));

function keyOf(world: World, n: number): string {
  const cold = world.u32(n + 24);
  return keyIn(world, world.u32(cold), n, cold - 8);
}

/** I2, I3 of node.ts below n; the keys, in order, or what is wrong. */
function walk(world: World, n: number, keys: string[], depth: number): string | undefined {
  if (n === 0) return undefined;
  if (depth > 8) return `the tree is deeper than ${depth}`;
  const [l, r] = [left(world, n), right(world, n)];
  const wrongLeft = walk(world, l, keys, depth + 1);
  if (wrongLeft !== undefined) return wrongLeft;
  const key = keyOf(world, n);
  const last = keys.at(-1);
  if (last !== undefined && last >= key) return `I2: ${key} stands behind ${last}`;
  keys.push(key);
  const wrongRight = walk(world, r, keys, depth + 1);
  if (wrongRight !== undefined) return wrongRight;
  const [a, b] = [heightOf(world, l), heightOf(world, r)];
  if (Math.abs(a - b) > 1) return `I3: ${key} has subtrees of heights ${a} and ${b}`;
  if (heightOf(world, n) !== 1 + Math.max(a, b)) return `I3: the height of ${key} is wrong`;
  if (sizeOf(world, n) !== 1 + sizeOf(world, l) + sizeOf(world, r))
    return `I3: the size of ${key} is wrong`;
  return undefined;
}

/** A queue notes where its shard stands before it takes anything, for an heir to give it back. */
function begunProblem(world: World, own: number, run: Run): string | undefined {
  const { participants, regions } = head(world);
  const base = world.u32(regions + 64 * world.u32(own + HALF) + 32);
  for (let q = 0; q < participants; q++) {
    if (world.u32(own + QUEUES + q * QUEUE_BYTES + BEGUN) !== 0) continue;
    const stands = world.u64(base + 64 * q);
    run.stood[q] ??= stands;
    if (run.stood[q] !== stands) return `step 2: queue ${q} has taken memory, and has no mark`;
  }
  return undefined;
}

/** V1 to V3, Q1, Q2 after every step; the tree after every publication. */
export function invariantOf(world: World, entry: number, run: Run): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const version = world.u32(rootWord(world, entry));
  const own = headAt(world, entry);
  const unmarked = begunProblem(world, own, run);
  if (unmarked !== undefined) return unmarked;
  const queues = world.u32(version + 36);
  for (let q = 0; q < queues; q++) {
    const queue = own + QUEUES + q * QUEUE_BYTES;
    const applied = world.u64(version + 48 + 8 * q);
    if (applied > world.u64(queue)) return `V3: queue ${q} is applied beyond its end`;
    if (world.u64(queue + 64) > applied) return `Q2: queue ${q} was told of more than is applied`;
  }
  if (version === run.version) return undefined;
  const number = world.u64(version + 8);
  if (run.version !== 0 && number !== run.number + 1n)
    return `V1: version ${number} follows ${run.number}`;
  for (let q = 0; q < queues; q++) {
    const applied = world.u64(version + 48 + 8 * q);
    if (applied < (run.applied[q] ?? 0n)) return `V1: queue ${q} is applied less than before`;
    run.applied[q] = applied;
  }
  run.version = version;
  run.number = number;
  return walk(world, world.u32(version), [], 0);
}

// ---- names for traces ---------------------------------------------------------------------------

const HEAD: Names = {
  0: 'lock',
  64: 'clock',
  72: 'ceiling',
  128: 'published',
  132: 'nudged',
  136: 'basis',
  144: 'top',
  152: 'due',
  212: 'queues',
};
const QUEUE: Names = {
  0: 'tail',
  8: 'turn',
  16: 'table',
  20: 'begun',
  24: 'mark0',
  28: 'mark1',
  64: 'applied',
};
/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, table, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, {}, { 72: 'head' });
  const own = headAt(world, entry);
  if (at >= own && at < own + QUEUES) return `head.${HEAD[at - own] ?? `+${at - own}`}`;
  if (at >= own && at < own + QUEUES + QUEUE_BYTES * participants) {
    const x = (at - own - QUEUES) % QUEUE_BYTES;
    return `queue[${Math.floor((at - own - QUEUES) / QUEUE_BYTES)}].${QUEUE[x] ?? `+${x}`}`;
  }
  const version = world.u32(rootWord(world, entry));
  if (at >= version && at < version + 56)
    return `version ${world.u64(version + 8)}+${at - version}`;
  const page = Math.floor(at / PAGE);
  return `page ${page} + ${at % PAGE} (region ${(world.u32(table + page * 8) >>> 16) & 0xffff})`;
}
