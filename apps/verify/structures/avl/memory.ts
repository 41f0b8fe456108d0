// The tree's words as the checker reads them (packages/avl-batch/assembly: node.ts, version.ts,
// op.ts, ring.ts), the invariants that hold after every step, and names for traces.

import {
  HEAD_QUEUES,
  HEAD_TABLES,
  QUEUE_BYTES,
} from '../../../../packages/avl-batch/build/numbers-gated/version.ts';
import type { World } from '../../src/structure.ts';
import { entryAt, head, isLive, type Names, nameSystemWord, PAGE } from '../common.ts';
import { keyIn } from '../map/calls.ts';

/** What was seen after the step before. */
export interface Seen {
  /** The last version that was looked at. */
  version: number;
  number: bigint;
  applied: bigint[];
  /** Where the shard stood from which a queue takes its slots, and where these ended. */
  stood: { now: number; end: number }[];
}

const RING = 16;
const START = 32;
const SEGMENTS = 72;
/** log2 of the slots of a first segment. */
const FIRST = 2;
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

/** Where the slots end that a queue has, by its directory; and how many there are. */
function slotsOf(world: World, queue: number): [end: number, slots: number] {
  const ring = world.u64(queue + RING);
  if (ring === 0n) return [world.u32(queue + START), 0];
  const slots = 2 ** Number(ring & 31n);
  const last = world.u32(queue + SEGMENTS + 4 * Math.max(0, Math.log2(slots) - FIRST));
  return [(last + 8 * slots) >>> 0, slots];
}

/** Steps 1 and 5 of ring.ts: no queue takes slots behind others that are in no directory. */
function ringProblem(world: World, own: number, run: Seen): string | undefined {
  const { participants, regions } = head(world);
  const base = world.u32(regions + 64 * world.u32(own + HEAD_TABLES) + REGION_BASE);
  for (let q = 0; q < participants; q++) {
    const queue = own + HEAD_QUEUES + q * QUEUE_BYTES;
    const [end] = slotsOf(world, queue);
    const now = world.u32(base + 64 * q);
    const before = run.stood[q] ?? { now, end };
    run.stood[q] = { now, end };
    if (now > before.now && now !== end && before.now !== before.end)
      return `step 5: queue ${q} takes slots behind what nobody knows of`;
  }
  return undefined;
}

/** V1 to V3, Q1, Q2, S3 after every step; the tree after every publication. */
export function invariantOf(world: World, entry: number, run: Seen): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const version = world.u32(rootWord(world, entry));
  const own = headAt(world, entry);
  const lost = ringProblem(world, own, run);
  if (lost !== undefined) return lost;
  const queues = world.u32(version + 36);
  for (let q = 0; q < queues; q++) {
    const queue = own + HEAD_QUEUES + q * QUEUE_BYTES;
    const applied = world.u64(version + 48 + 8 * q);
    if (applied > world.u64(queue)) return `V3: queue ${q} is applied beyond its end`;
    if (world.u64(queue) - applied > BigInt(slotsOf(world, queue)[1]))
      return `S3: more waits in queue ${q} than it has slots`;
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
  16: 'ring',
  24: 'mark0',
  28: 'mark1',
  32: 'start',
  64: 'applied',
  72: 'segment0',
  76: 'segment1',
  80: 'segment2',
  84: 'segment3',
};
/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, table, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, {}, { 72: 'head' });
  const own = headAt(world, entry);
  if (at >= own && at < own + HEAD_QUEUES) return `head.${HEAD[at - own] ?? `+${at - own}`}`;
  if (at >= own && at < own + HEAD_QUEUES + QUEUE_BYTES * participants) {
    const x = (at - own - HEAD_QUEUES) % QUEUE_BYTES;
    return `queue[${Math.floor((at - own - HEAD_QUEUES) / QUEUE_BYTES)}].${QUEUE[x] ?? `+${x}`}`;
  }
  const version = world.u32(rootWord(world, entry));
  if (at >= version && at < version + 56)
    return `version ${world.u64(version + 8)}+${at - version}`;
  const page = Math.floor(at / PAGE);
  return `page ${page} + ${at % PAGE} (region ${(world.u32(table + page * 8) >>> 16) & 0xffff})`;
}
