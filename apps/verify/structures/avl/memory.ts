// The tree's words as the checker reads them (packages/avl-batch/assembly: node.ts, version.ts,
// op.ts, ring.ts), the invariants that hold after every step, and names for traces.

import {
  D_OWN,
  D_ROOT,
  PAGE,
  R_BASE,
  SHARD_BYTES,
} from '../../../../packages/avl-batch/build/numbers-gated/arena/ground/layout.ts';
import {
  CHILD,
  COLD,
  KEY,
  LEFT,
  MAX_HEIGHT,
  REST,
  RIGHT,
  SIZE,
} from '../../../../packages/avl-batch/build/numbers-gated/node.ts';
import {
  Q_APPLIED,
  Q_TAIL,
  Q_TURN,
} from '../../../../packages/avl-batch/build/numbers-gated/op.ts';
import {
  Q_FIRST,
  Q_MARKS,
  Q_RING,
  Q_SEGMENTS,
  Q_START,
} from '../../../../packages/avl-batch/build/numbers-gated/ring.ts';
import {
  HEAD_BASIS,
  HEAD_CEILING,
  HEAD_CLOCK,
  HEAD_DUE,
  HEAD_LOCK,
  HEAD_NUDGED,
  HEAD_PUBLISHED,
  HEAD_QUEUES,
  HEAD_TABLES,
  HEAD_TOP,
  HEAD_USED,
  QUEUE_BYTES,
  VERSION_APPLIED,
  VERSION_NUMBER,
  VERSION_QUEUES,
  VERSION_REGION,
  VERSION_ROOT,
} from '../../../../packages/avl-batch/build/numbers-gated/version.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  head,
  isLive,
  type Names,
  nameRecord,
  nameSystemWord,
  pageAt,
  regionAt,
} from '../common.ts';
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

/** The position of the thread's shard in the present generation (region.ts). */
export function positionOf(world: World, entry: number, slot: number): string {
  const region = world.u32(world.u32(rootWord(world, entry)) + VERSION_REGION);
  const at = regionAt(world, region);
  const line = world.u32(at + R_BASE) + SHARD_BYTES * slot;
  return `${region} ${world.u64(at)} ${world.u64(line)}`;
}

const rootWord = (world: World, entry: number): number => entryAt(world, entry) + D_ROOT;
const headAt = (world: World, entry: number): number => world.u32(entryAt(world, entry) + D_OWN);

/** A child word is the child's place, and in the bits below CHILD a part of the own height. */
const left = (world: World, n: number): number => (world.u32(n + LEFT) & CHILD) >>> 0;
const right = (world: World, n: number): number => (world.u32(n + RIGHT) & CHILD) >>> 0;
const heightOf = (world: World, n: number): number =>
  n === 0 ? 0 : (world.u32(n + LEFT) & ~CHILD) | ((world.u32(n + RIGHT) & 1) << 5);
const sizeOf = (world: World, n: number): number => (n === 0 ? 0 : world.u32(n + SIZE));

function keyOf(world: World, n: number): string {
  const cold = world.u32(n + COLD);
  return keyIn(world, world.u32(cold), n + KEY, cold - REST);
}

/** I2, I3 of node.ts below n; the keys, in order, or what is wrong. */
function walk(world: World, n: number, keys: string[], depth: number): string | undefined {
  if (n === 0) return undefined;
  if (depth > MAX_HEIGHT) return `the tree is deeper than ${depth}`;
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

/** Where the slots and buckets end that a queue has, by its directory; and how many there are. */
function slotsOf(world: World, queue: number): [end: number, slots: number] {
  const ring = world.u64(queue + Q_RING);
  if (ring === 0n) return [world.u32(queue + Q_START), 0];
  const slots = 2 ** Number(ring & 31n);
  const last = world.u32(queue + Q_SEGMENTS + 4 * Math.max(0, Math.log2(slots) - Q_FIRST));
  const buckets = slots > 2 ** Q_FIRST ? slots / 2 : slots;
  return [(last + 8 * slots + 4 * buckets) >>> 0, slots];
}

/** Steps 1 and 5 of ring.ts: no queue takes slots behind others that are in no directory. */
function ringProblem(world: World, own: number, run: Seen): string | undefined {
  const { participants } = head(world);
  const base = world.u32(regionAt(world, world.u32(own + HEAD_TABLES)) + R_BASE);
  for (let q = 0; q < participants; q++) {
    const queue = own + HEAD_QUEUES + q * QUEUE_BYTES;
    const [end] = slotsOf(world, queue);
    const now = world.u32(base + SHARD_BYTES * q);
    const before = run.stood[q] ?? { now, end };
    run.stood[q] = { now, end };
    if (now > before.now && now !== end && before.now !== before.end)
      return `step 5: queue ${q} takes slots behind what nobody knows of`;
  }
  return undefined;
}

/** The number of the last op of a queue that is in the version. */
const appliedOf = (world: World, version: number, queue: number): bigint =>
  world.u64(version + VERSION_APPLIED + 8 * queue);

/** V1 to V3, Q1, Q2, S3 after every step; the tree after every publication. */
export function invariantOf(world: World, entry: number, run: Seen): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const version = world.u32(rootWord(world, entry));
  const own = headAt(world, entry);
  const lost = ringProblem(world, own, run);
  if (lost !== undefined) return lost;
  const queues = world.u32(version + VERSION_QUEUES);
  for (let q = 0; q < queues; q++) {
    const queue = own + HEAD_QUEUES + q * QUEUE_BYTES;
    const applied = appliedOf(world, version, q);
    if (applied > world.u64(queue + Q_TAIL)) return `V3: queue ${q} is applied beyond its end`;
    if (world.u64(queue + Q_TAIL) - applied > BigInt(slotsOf(world, queue)[1]))
      return `S3: more waits in queue ${q} than it has slots`;
    if (world.u64(queue + Q_APPLIED) > applied)
      return `Q2: queue ${q} was told of more than is applied`;
  }
  if (version === run.version) return undefined;
  const number = world.u64(version + VERSION_NUMBER);
  if (run.version !== 0 && number !== run.number + 1n)
    return `V1: version ${number} follows ${run.number}`;
  for (let q = 0; q < queues; q++) {
    const applied = appliedOf(world, version, q);
    if (applied < (run.applied[q] ?? 0n)) return `V1: queue ${q} is applied less than before`;
    run.applied[q] = applied;
  }
  run.version = version;
  run.number = number;
  return walk(world, world.u32(version + VERSION_ROOT), [], 0);
}

// ---- names for traces ---------------------------------------------------------------------------

const HEAD_NAMES: Names = {
  [HEAD_LOCK]: 'lock',
  [HEAD_CLOCK]: 'clock',
  [HEAD_CEILING]: 'ceiling',
  [HEAD_PUBLISHED]: 'published',
  [HEAD_NUDGED]: 'nudged',
  [HEAD_BASIS]: 'basis',
  [HEAD_TOP]: 'top',
  [HEAD_DUE]: 'due',
  [HEAD_USED]: 'queues',
};
const QUEUE_NAMES: Names = {
  [Q_TAIL]: 'tail',
  [Q_TURN]: 'turn',
  [Q_RING]: 'ring',
  [Q_MARKS]: 'mark0',
  [Q_MARKS + 4]: 'mark1',
  [Q_START]: 'start',
  [Q_APPLIED]: 'applied',
};
for (let n = 0; n < 4; n++) QUEUE_NAMES[Q_SEGMENTS + 4 * n] = `segment${n}`;

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, {}, { [D_OWN]: 'head' });
  const own = headAt(world, entry);
  if (at >= own && at < own + HEAD_QUEUES) return `head.${HEAD_NAMES[at - own] ?? `+${at - own}`}`;
  const queues = own + HEAD_QUEUES;
  if (at >= queues && at < queues + QUEUE_BYTES * participants)
    return nameRecord(at, 'queue', queues, QUEUE_BYTES, QUEUE_NAMES);
  const version = world.u32(rootWord(world, entry));
  if (at >= version && at < version + VERSION_APPLIED + 8)
    return `version ${world.u64(version + VERSION_NUMBER)}+${at - version}`;
  const page = Math.floor(at / PAGE);
  return `page ${page} + ${at % PAGE} (region ${world.u32(pageAt(world, page)) >>> 16})`;
}
