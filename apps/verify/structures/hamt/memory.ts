// The words of a Hamt as the checker reads them, the invariants that hold after every step, the
// account of all blocks when nobody works, and names for traces.

import {
  LINE_HOME,
  LINE_KEPT,
  LINE_NEWS,
  LINE_NEXT,
  LINE_OLDS,
  LINE_WORD,
  OLDS,
} from '../../../../packages/hamt/build/numbers-gated/intent.ts';
import { KEPT } from '../../../../packages/hamt/build/numbers-gated/kept.ts';
import {
  LINE,
  MAP_ERA,
  MAP_LINES,
  MAP_ROOT,
  SLOTS,
} from '../../../../packages/hamt/build/numbers-gated/layout.ts';
import { SNAPSHOT } from '../../../../packages/hamt/build/numbers-gated/root.ts';
import {
  D_STATE,
  D_TYPE_NAME,
  PAGE,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  BLOCK_BIRTH,
  BLOCK_KIND,
  HEAD,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  head,
  isLive,
  lifeOf,
  type Names,
  nameRecord,
  nameSystemWord,
} from '../common.ts';
import { classBytes, find, Lists, nameHome, type Place } from '../map/blocks.ts';
import type { MapRun } from '../map/operations.ts';
import { present, wordOf, wrongPast } from './trie.ts';

/** A fork, by its entry. */
export interface Fork {
  entry: number;
  generation: number;
}

/** State of a run: beside the snapshots what each slot of them says, once it is decided; forks. */
export interface Run extends MapRun {
  said: Record<string, number>;
  forks: Record<string, Fork>;
  /** Of each thread, where its last `clear` has ended. */
  places: Record<number, readonly [number, number]>;
}

const lists = new Lists(present);

/** What a write or a repair may retire before it collects: olds, or news. */
const AT_ONCE = 12;

const lineAt = ({ map }: Place, slot: number): number => map + MAP_LINES + slot * LINE;

// ---- what holds after every step ----------------------------------------------------------------

/** Whether an entry is that of a line which is there, also of a fork that others know. */
export const isLine = (world: World, { entry, generation }: Fork): boolean =>
  isLive(world, entry) && lifeOf(world, entryAt(world, entry) + D_STATE) === generation;

/** Whether an entry is a hold (assembly/fork.ts): by the first half of its type's name. */
export const isHold = (world: World, entry: number): boolean =>
  world.u32(entryAt(world, entry) + D_TYPE_NAME + 4) === 0x646c6f48;

/** The same of the map itself, whose entry may be another's by now. */
export const isMain = (world: World, entry: number): boolean =>
  isLine(world, { entry, generation: world.threads[0]!.local.generation! });

/** The present tries, all open snapshots, and the domain's lists; then those of the forks. */
export function invariantOf(world: World, entry: number, run: Run): string | undefined {
  if (isMain(world, entry)) {
    for (const tag in run.snaps) {
      const bad = snapshotProblem(world, run, tag);
      if (bad !== undefined) return `snapshot ${tag}: ${bad}`;
    }
  }
  for (const tag in run.forks) {
    const fork = run.forks[tag]!;
    const wrong = isLine(world, fork) ? lineProblem(world, fork.entry) : undefined;
    if (wrong !== undefined) return `fork ${tag}: ${wrong}`;
  }
  // The last walk is that of the map: names of words go by it.
  return isMain(world, entry) ? lineProblem(world, entry) : undefined;
}

/** One line's present tries and lists. */
function lineProblem(world: World, entry: number): string | undefined {
  const at = find(world, entry);
  const wrong = present.from(
    ...([world, world.u32(at.map + MAP_ROOT), true] as const),
    world.u64(at.map + MAP_ERA),
  );
  return wrong ?? lists.problem(world, at, AT_ONCE);
}

/** Whether a snapshot is whole, and says what it has said before. */
function snapshotProblem(world: World, run: Run, tag: string): string | undefined {
  const { target, lease } = run.snaps[tag]!;
  const array = (target[0]! & ~SNAPSHOT) >>> 0;
  if (array === 0) return undefined;
  const wrong = wrongPast(world, array);
  if (wrong !== undefined) return wrong;
  for (let slot = 0; slot < SLOTS; slot++) {
    const { link, pending } = wordOf(world, array, slot);
    if (pending) continue;
    const name = `${tag} ${lease} ${slot}`;
    if ((run.said[name] ?? link) !== link) return `G2: slot ${slot} is not what it was`;
    run.said[name] = link;
  }
  return undefined;
}

/** The account of the map and of all forks. */
export function account(world: World, entry: number, run: Run): string | undefined {
  const wrong = invariantOf(world, entry, run);
  if (wrong !== undefined) return wrong;
  for (const tag in run.forks) {
    const fork = run.forks[tag]!;
    const lost = isLine(world, fork) ? accountLine(world, fork.entry) : undefined;
    if (lost !== undefined) return `fork ${tag}: ${lost}`;
  }
  return isMain(world, entry) ? accountLine(world, entry) : undefined;
}

/** Nobody works: no intent, nothing undecided, each block of each span in the map or in a list. */
function accountLine(world: World, entry: number): string | undefined {
  const wrong = lineProblem(world, entry);
  if (wrong !== undefined) return wrong;
  const at = find(world, entry);
  for (let slot = 0; slot < at.homes; slot++) {
    for (let word = 0; word < LINE_OLDS + OLDS * 8; word += 4) {
      if (word >= LINE_WORD && word < LINE_NEWS) continue;
      if (world.u32(lineAt(at, slot) + word) !== 0)
        return `nobody works, but slot ${slot} has a note at ${word}`;
    }
  }
  const array = world.u32(at.map + MAP_ROOT);
  const own = array !== 0 && world.u64(array - HEAD + BLOCK_BIRTH) > world.u64(at.map + MAP_ERA);
  for (let slot = 0; own && slot < SLOTS; slot++) {
    if (wordOf(world, array, slot).pending) return `nobody works, but slot ${slot} is undecided`;
  }
  return lists.account(world, at, keptOf(world, at));
}

/** The blocks that lines keep, and the tables in which they stand (assembly/kept.ts). */
function keptOf(world: World, at: Place): number[] {
  const blocks: number[] = [];
  for (let slot = 0; slot < at.homes; slot++) {
    const table = world.u32(lineAt(at, slot) + LINE_KEPT);
    if (table === 0) continue;
    blocks.push(table);
    for (let place = table; place < table + KEPT * 8; place += 8) {
      if (world.u32(place) !== 0 && world.u32(place + 4) >>> 31 === 0)
        blocks.push(world.u32(place));
    }
  }
  return blocks;
}

// ---- names for traces ---------------------------------------------------------------------------

const LINE_NAMES: Names = {
  0: 'state',
  4: 'array',
  [LINE_WORD]: 'word',
  [LINE_NEXT]: 'next',
  [LINE_HOME]: 'home',
  [LINE_KEPT]: 'kept',
};
for (let i = 0; LINE_NEWS + i * 8 < LINE_OLDS; i++) LINE_NAMES[LINE_NEWS + i * 8] = `new${i}`;
for (let i = 0; i < OLDS; i++) LINE_NAMES[LINE_OLDS + i * 8] = `old${i}`;

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, {}, {});
  const there = find(world, entry);
  const { map } = there;
  const home = nameHome(at, there);
  if (home !== undefined) return home;
  if (at >= map && at < map + MAP_LINES + participants * LINE) {
    if (at < map + MAP_LINES) return at === map + MAP_ROOT ? 'root' : `map +${at - map}`;
    return nameRecord(at, 'line', map + MAP_LINES, LINE, LINE_NAMES);
  }
  return nameBlock(at, world, there);
}

/** A word of a block, by what is reached of it now. */
function nameBlock(at: number, world: World, { map }: Place): string {
  const root = world.u32(map + MAP_ROOT);
  present.from(world, root, true);
  const { blocks } = present.found;
  const block = blocks.find((start) => {
    const bytes = classBytes(world.u32(start - HEAD + BLOCK_KIND) & 0xff);
    return at >= start - HEAD && at < start - HEAD + bytes;
  });
  if (block === undefined) return `block at ${at}`;
  const offset = at - block;
  if (block === root && offset >= 16) return `slot[${(offset - 16) >> 3}]`;
  return `${block === root ? 'array' : 'block'} ${block} ${offset === 0 ? 'prev' : `+${offset}`}`;
}
