// The skip list's words as the checker reads them (packages/skiplist/assembly/node.ts), the
// invariants that hold after every step, and names for traces.

import {
  REGION_CREATING,
  REGION_LIVE,
} from '../../../../packages/skiplist/build/numbers-gated/arena/ground/layout.ts';
import {
  LIST_FORMER,
  LIST_HEAD,
  LIST_ID,
  LIST_REGION,
  LIST_SHARDS,
  LIST_SUCCESSOR,
  LIST_USED,
  MAX_HEIGHT,
  META,
  REST,
  SHARD_SLAB,
  STAMP,
} from '../../../../packages/skiplist/build/numbers-gated/node.ts';
import type { World } from '../../src/structure.ts';
import { entryAt, head, isLive, kindOf, type Names, nameSystemWord, PAGE } from '../common.ts';
import { keyIn } from '../map/calls.ts';

const CLOSED = 1n << 63n;
const DEAD = (1n << 64n) - 1n;
const NUMBER = (1n << 62n) - 1n;

/** The lists of the stack, newest first. */
function lists(world: World, entry: number): number[] {
  if (!isLive(world, entry)) return [];
  const record = world.u32(entryAt(world, entry) + 8);
  return Array.from({ length: world.u32(record) }, (_, i) => world.u32(record + 8 + 4 * i));
}

const next = (world: World, node: number, level: number): number => world.u32(node - 4 - 4 * level);
const keyOf = (world: World, node: number): string =>
  keyIn(world, world.u32(node + META) & 0xf_ffff, node, node + REST);

/** What a run remembers of stamps, for S2: what is decided stays. */
export type Decided = Map<number, bigint>;

/** I1 to I4, S2, S3, L3, L6, L7: what must hold after every step of anybody. */
export function invariantOf(world: World, entry: number, decided: Decided): string | undefined {
  const stack = lists(world, entry);
  if (stack.length > 0 && world.u64(stack[0]!) === 0n) {
    const former = world.u32(world.u32(stack[0]! + LIST_FORMER) + LIST_REGION);
    const kind = kindOf(world.u32(head(world).regions + 64 * former));
    if (kind !== REGION_CREATING && kind !== REGION_LIVE) {
      return `L6: region ${former} is retired, and the list after it is not open`;
    }
  }
  const most = world.threads[0]!.local.maxPages!;
  let newer = NUMBER;
  for (let i = 0; i < stack.length; i++) {
    const list = stack[i]!;
    if (most !== 0 && pagesOf(world, world.u32(list + LIST_REGION)) > most)
      return `region I4: list ${world.u32(list + LIST_ID)} holds more than ${most} pages`;
    const clock = world.u64(list);
    if (world.u32(list + LIST_USED) !== 0 && world.u32(list + LIST_SUCCESSOR) === 0) {
      return `L7: list ${i} of the stack is written, and has no next list`;
    }
    if (i > 0 && clock === 0n) return `L3: list ${i} of the stack was never opened`;
    if (i === 0 && clock !== 0n && (clock & CLOSED) !== 0n) {
      // The root moves on before the clock closes.
      return 'L3: the active list is closed';
    }
    if (i > 0 && (clock & CLOSED) === 0n && world.u64(stack[i - 1]!) !== 0n) {
      return `L3: list ${i} is open, and so is the newer one`;
    }
    const wrong = level0(world, list, newer, decided) ?? above(world, list);
    if (wrong !== undefined) return wrong;
    newer = lowest(world, list, newer);
  }
  return undefined;
}

/** Pages that the table gives to a region. */
function pagesOf(world: World, region: number): number {
  const { table, first, pages } = head(world);
  let sum = 0;
  for (let page = first; page < pages; page++) {
    const low = world.u32(table + page * 8);
    if (kindOf(low) === 6 && low >>> 16 === region) sum += world.u32(table + page * 8 + 4);
  }
  return sum;
}

/** What `slot` has allocated in the active list: the end of its shard, and of its slab. */
export function standOf(world: World, entry: number, slot: number): string {
  const [list] = lists(world, entry);
  if (list === undefined) return '';
  const line = world.u32(list + LIST_SHARDS) + 64 * slot;
  return `${world.u64(line)}, ${world.u64(line + SHARD_SLAB)}`;
}

/** The number of a node; 0n: undecided; DEAD. */
function numberOf(world: World, node: number): bigint {
  const stamp = world.u64(node + STAMP);
  if ((stamp & CLOSED) === 0n || stamp === DEAD) return stamp;
  const word = world.u64(Number(stamp & 0xffff_ffffn));
  if (word >> 62n === 1n) return word & NUMBER;
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
      if (((world.u32(n + META) >>> 20) & 31) <= level)
        return `I3: node ${n} is too low for level ${level}`;
      let m = next(world, list + LIST_HEAD, 0);
      while (m !== 0 && m !== n) m = next(world, m, 0);
      if (m === 0) return `I3: node ${n} of level ${level} is not on level 0`;
      last = key;
    }
  }
  return undefined;
}

// ---- names for traces ---------------------------------------------------------------------------

const LIST: Names = {
  0: 'clock',
  64: 'height',
  68: 'used',
  72: 'successor',
  88: 'lock',
  76: 'guide',
  80: 'due',
  128: 'id',
  132: 'region',
  136: 'shards',
  152: 'former',
  156: 'maker',
  244: 'head.next2',
  248: 'head.next1',
  252: 'head.next0',
  256: 'head',
};
const LINE: Names = {
  0: 'bump',
  8: 'pages',
  16: 'counters',
  24: 'intent',
  32: 'hint0',
  36: 'hint1',
  40: 'hint2',
  56: 'slab',
};

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, { 32: 'random' }, {});
  const stack = lists(world, entry);
  for (let i = 0; i < stack.length; i++) {
    const list = stack[i]!;
    const name = `list ${world.u32(list + 128)}`;
    const lines = world.u32(list + 136);
    if (at >= lines && at < lines + 64 * participants) {
      const x = (at - lines) & 63;
      return `${name} shard[${(at - lines) >> 6}].${LINE[x] ?? `+${x}`}`;
    }
    if (at >= list && at < list + 352) return `${name}.${LIST[at - list] ?? `+${at - list}`}`;
    for (let n = next(world, list + LIST_HEAD, 0); n !== 0; n = next(world, n, 0)) {
      if (at < n - 12 || at >= n + 40) continue;
      const field = at < n ? `next${(n - at) / 4 - 1}` : at === n + STAMP ? 'stamp' : `+${at - n}`;
      const height = (world.u32(n + META) >>> 20) & 31;
      if (at >= n - 4 * height) return `${name} ${keyOf(world, n)}@${n}.${field}`;
    }
  }
  return `page ${Math.floor(at / PAGE)} + ${at % PAGE}`;
}
