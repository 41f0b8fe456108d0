// The skip list's words as the checker reads them (packages/skiplist/assembly/node.ts), the
// invariants that hold after every step, and names for traces.

import {
  D_ROOT,
  P_REGION,
  PAGE,
  REGION_CREATING,
  REGION_LIVE,
  SHARD_BYTES,
} from '../../../../packages/skiplist/build/numbers-gated/arena/ground/layout.ts';
import { MARK } from '../../../../packages/skiplist/build/numbers-gated/marks.ts';
import {
  HINTS,
  LIST_CLOCK,
  LIST_DUE,
  LIST_FILTER,
  LIST_FORMER,
  LIST_GREATEST,
  LIST_GUIDE,
  LIST_HEAD,
  LIST_HEIGHT,
  LIST_ID,
  LIST_LOCK,
  LIST_MAKER,
  LIST_MARKS,
  LIST_RECORDS,
  LIST_REGION,
  LIST_SHARDS,
  LIST_SUCCESSOR,
  LIST_USED,
  LIST_VAIN,
  MARKED,
  MAX_HEIGHT,
  META,
  REST,
  SHARD_COUNTERS,
  SHARD_HINTS,
  SHARD_INTENT,
  SHARD_SLAB,
  STAMP,
  TOMB,
} from '../../../../packages/skiplist/build/numbers-gated/node.ts';
import {
  RECORD_COUNT,
  RECORD_LISTS,
} from '../../../../packages/skiplist/build/numbers-gated/record.ts';
import {
  DEAD,
  LATEST,
  LIST_CLOSED,
} from '../../../../packages/skiplist/build/numbers-gated/stamp.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  head,
  isLive,
  kindOf,
  type Names,
  nameRecord,
  nameSystemWord,
  pageAt,
  regionAt,
} from '../common.ts';
import { keyIn } from '../map/calls.ts';

/** The lists of the stack, newest first. */
function lists(world: World, entry: number): number[] {
  if (!isLive(world, entry)) return [];
  const record = world.u32(entryAt(world, entry) + D_ROOT);
  const count = world.u32(record + RECORD_COUNT);
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push(world.u32(record + RECORD_LISTS + 4 * i));
  return found;
}

const next = (world: World, node: number, level: number): number => world.u32(node - 4 - 4 * level);
const keyOf = (world: World, node: number): string =>
  keyIn(world, world.u32(node + META) & 0xf_ffff, node, node + REST);

const heightOf = (world: World, node: number): number => (world.u32(node + META) >>> 20) & 31;
const isTombstone = (world: World, node: number): boolean => (world.u32(node + META) & TOMB) !== 0;
/** As markAt of node.ts. */
const markAt = (world: World, node: number, level: number): number =>
  node - ((heightOf(world, node) * 4 + 7) & ~7) - 8 * (level / MARKED);

/** What a run remembers of stamps, for S2: what is decided stays. */
export type Decided = Map<number, bigint>;

/** I1 to I4, K1, S2, S3, L3, L6 to L8: what must hold after every step of anybody. */
export function invariantOf(world: World, entry: number, decided: Decided): string | undefined {
  const stack = lists(world, entry);
  if (stack.length > 0 && world.u64(stack[0]! + LIST_CLOCK) === 0n) {
    const former = world.u32(world.u32(stack[0]! + LIST_FORMER) + LIST_REGION);
    const kind = kindOf(world.u32(regionAt(world, former)));
    if (kind !== REGION_CREATING && kind !== REGION_LIVE) {
      return `L6: region ${former} is retired, and the list after it is not open`;
    }
  }
  const most = world.threads[0]!.local.maxPages!;
  let newer = LATEST;
  for (let i = 0; i < stack.length; i++) {
    const list = stack[i]!;
    if (most !== 0 && pagesOf(world, world.u32(list + LIST_REGION)) > most)
      return `region I4: list ${world.u32(list + LIST_ID)} holds more than ${most} pages`;
    const clock = world.u64(list);
    if (world.u32(list + LIST_USED) !== 0 && world.u32(list + LIST_SUCCESSOR) === 0) {
      return `L7: list ${i} of the stack is written, and has no next list`;
    }
    if (i > 0 && clock === 0n) return `L3: list ${i} of the stack was never opened`;
    if (i === 0 && clock !== 0n && (clock & LIST_CLOSED) !== 0n) {
      // The root moves on before the clock closes.
      return 'L3: the active list is closed';
    }
    if (i > 0 && (clock & LIST_CLOSED) === 0n && world.u64(stack[i - 1]!) !== 0n) {
      return `L3: list ${i} is open, and so is the newer one`;
    }
    const wrong =
      level0(world, list, newer, decided) ??
      above(world, list) ??
      behindGreatest(world, list) ??
      marks(world, list);
    if (wrong !== undefined) return wrong;
    newer = lowest(world, list, newer);
  }
  return undefined;
}

/** Pages that the table gives to a region. */
function pagesOf(world: World, region: number): number {
  const { first, pages } = head(world);
  let sum = 0;
  for (let page = first; page < pages; page++) {
    const low = world.u32(pageAt(world, page));
    if (kindOf(low) === P_REGION && low >>> 16 === region)
      sum += world.u32(pageAt(world, page) + 4);
  }
  return sum;
}

/** What `slot` has allocated in the active list: the end of its shard, and of its slab. */
export function standOf(world: World, entry: number, slot: number): string {
  const [list] = lists(world, entry);
  if (list === undefined) return '';
  const line = world.u32(list + LIST_SHARDS) + SHARD_BYTES * slot;
  return `${world.u64(line)}, ${world.u64(line + SHARD_SLAB)}`;
}

/** The number of a node; 0n: undecided; DEAD. */
function numberOf(world: World, node: number): bigint {
  const stamp = world.u64(node + STAMP);
  if ((stamp & LIST_CLOSED) === 0n || stamp === DEAD) return stamp;
  const word = world.u64(Number(stamp & 0xffff_ffffn));
  if (word >> 62n === 1n) return word & LATEST;
  return word >> 62n === 2n ? DEAD : 0n;
}

function level0(world: World, list: number, newer: bigint, decided: Decided): string | undefined {
  let last = '';
  let number = DEAD;
  let first = true;
  let front = true;
  for (let n = next(world, list + LIST_HEAD, 0); n !== 0; n = next(world, n, 0)) {
    const key = keyOf(world, n);
    if (!first && key < last) return `I2: ${key} stands behind ${last}`;
    if (first || key !== last) {
      number = DEAD;
      front = true;
    }
    const t = numberOf(world, n);
    // A destroyed list's memory is used again.
    const known = world.u32(list + LIST_ID) * 2 ** 32 + n;
    const was = decided.get(known);
    if (was !== undefined && was !== t) return `S2: node ${n} was ${was}, and now is ${t}`;
    if (t !== 0n) decided.set(known, t);
    if (t === 0n && !front) return `I4: node ${n} is undecided behind the front of ${key}`;
    if (t !== 0n && t !== DEAD) {
      if (t >= number) return `I4: number ${t} stands behind ${number} in ${key}`;
      if (t >= newer) return `T2: number ${t} of an older list reaches into a newer one`;
      number = t;
    }
    last = key;
    first = false;
    front = false;
  }
  return undefined;
}

function lowest(world: World, list: number, newer: bigint): bigint {
  let low = newer;
  for (let n = next(world, list + LIST_HEAD, 0); n !== 0; n = next(world, n, 0)) {
    const t = numberOf(world, n);
    if (t !== 0n && t < low) low = t;
  }
  return low;
}

function above(world: World, list: number): string | undefined {
  for (let level = 1; level < MAX_HEIGHT; level++) {
    let last = '';
    for (let n = next(world, list + LIST_HEAD, level); n !== 0; n = next(world, n, level)) {
      const key = keyOf(world, n);
      if (key < last) return `I3: ${key} stands behind ${last} at level ${level}`;
      if (heightOf(world, n) <= level) return `I3: node ${n} is too low for level ${level}`;
      let m = next(world, list + LIST_HEAD, 0);
      while (m !== 0 && m !== n) m = next(world, m, 0);
      if (m === 0) return `I3: node ${n} of level ${level} is not on level 0`;
      last = key;
    }
  }
  return undefined;
}

/** L8 */
function behindGreatest(world: World, list: number): string | undefined {
  const greatest = world.u32(list + LIST_GREATEST);
  if (greatest === 0) return undefined;
  for (let n = next(world, greatest, 0); n !== 0; n = next(world, n, 0)) {
    const t = numberOf(world, n);
    if (t !== 0n && t !== DEAD)
      return `L8: version ${t} stands behind the greatest key of its list`;
  }
  return undefined;
}

/** K1: no version under a mark of T is live for a reader of T or more. */
function marks(world: World, list: number): string | undefined {
  if (world.u64(list + LIST_MARKS) === 0n) return undefined;
  const head = list + LIST_HEAD;
  for (let level = MARKED; level < MAX_HEIGHT; level += MARKED) {
    for (let x = head; x !== 0; x = next(world, x, level)) {
      const mark = world.u64(markAt(world, x, level));
      if ((mark & MARK) === 0n) continue;
      const y = next(world, x, level);
      const last = y === 0 ? undefined : keyOf(world, y);
      let of: string | undefined;
      let newer = DEAD;
      for (let n = next(world, x, 0); n !== 0; n = next(world, n, 0)) {
        const key = keyOf(world, n);
        if (x !== head && key === keyOf(world, x)) continue;
        if (last !== undefined && key > last) break;
        if (key !== of) newer = DEAD;
        of = key;
        const number = numberOf(world, n);
        if (number === 0n || number === DEAD) continue;
        if (!isTombstone(world, n) && newer > (mark & LATEST))
          return `K1: ${key}@${n} lives under the mark of node ${x} at level ${level}`;
        newer = number;
      }
    }
  }
  return undefined;
}

// ---- names for traces ---------------------------------------------------------------------------

const LIST_NAMES: Names = {
  [LIST_CLOCK]: 'clock',
  [LIST_HEIGHT]: 'height',
  [LIST_USED]: 'used',
  [LIST_SUCCESSOR]: 'successor',
  [LIST_GUIDE]: 'guide',
  [LIST_DUE]: 'due',
  [LIST_GREATEST]: 'greatest',
  [LIST_LOCK]: 'lock',
  [LIST_MARKS]: 'marks',
  [LIST_VAIN]: 'vain',
  [LIST_FILTER]: 'filter',
  [LIST_ID]: 'id',
  [LIST_REGION]: 'region',
  [LIST_SHARDS]: 'shards',
  [LIST_FORMER]: 'former',
  [LIST_MAKER]: 'maker',
  [LIST_HEAD]: 'head',
};
for (let n = 0; n < MAX_HEIGHT; n++) LIST_NAMES[LIST_HEAD - 4 - 4 * n] = `head.next${n}`;
const SHARD_NAMES: Names = {
  0: 'bump',
  8: 'pages',
  [SHARD_COUNTERS]: 'counters',
  [SHARD_INTENT]: 'intent',
  [SHARD_SLAB]: 'slab',
};
for (let n = 0; n < HINTS; n++) SHARD_NAMES[SHARD_HINTS + 4 * n] = `hint${n}`;

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, { 32: 'random' }, {});
  const stack = lists(world, entry);
  for (let i = 0; i < stack.length; i++) {
    const list = stack[i]!;
    const name = `list ${world.u32(list + LIST_ID)}`;
    const lines = world.u32(list + LIST_SHARDS);
    if (at >= lines && at < lines + SHARD_BYTES * participants)
      return nameRecord(at, `${name} shard`, lines, SHARD_BYTES, SHARD_NAMES);
    if (at >= list && at < list + LIST_RECORDS)
      return `${name}.${LIST_NAMES[at - list] ?? `+${at - list}`}`;
    for (let n = next(world, list + LIST_HEAD, 0); n !== 0; n = next(world, n, 0)) {
      const height = heightOf(world, n);
      const marks = markAt(world, n, 0);
      if (at < marks - 8 * Math.floor((height - 1) / MARKED) || at >= n + 40) continue;
      const link = `next${(n - at) / 4 - 1}`;
      const field =
        at < marks
          ? `mark${(marks - at) / 8}`
          : at < n
            ? link
            : at === n + STAMP
              ? 'stamp'
              : `+${at - n}`;
      return `${name} ${keyOf(world, n)}@${n}.${field}`;
    }
  }
  return `page ${Math.floor(at / PAGE)} + ${at % PAGE}`;
}
