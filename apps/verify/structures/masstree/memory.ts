// The words of a Masstree as the checker reads them, the invariants that hold after every step, the
// account of all blocks when nobody works, and names for traces.

import {
  ARMED,
  LINE_BULK,
  LINE_COUNT,
  LINE_CURSOR,
  LINE_HOME,
  LINE_LOCKS,
  LINE_NEWS,
  LINE_NEXT,
  LINE_OLDS,
  LINE_OPEN,
  LINE_SNAPSHOTS,
  LINE_WORD,
  LOCKS,
  OLDS,
  PHASE,
} from '../../../../packages/masstree/build/numbers-gated/intent.ts';
import {
  GENERATION,
  H_ROOT,
  LINE,
  MAP_HEAD,
  MAP_LINES,
  MAP_NEWEST,
  MAP_NUMBER,
} from '../../../../packages/masstree/build/numbers-gated/layout.ts';
import { SNAPSHOT } from '../../../../packages/masstree/build/numbers-gated/open.ts';
import { PAGE } from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  BLOCK_KIND,
  HEAD,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { World } from '../../src/structure.ts';
import { head, isLive, type Names, nameRecord, nameSystemWord } from '../common.ts';
import { classBytes, find, Lists, nameHome, type Place } from '../map/blocks.ts';
import type { MapRun } from '../map/operations.ts';
import { present, walkLoading, walkPast } from './tree.ts';

/** State of a run: beside the snapshots what each number's instant was. */
export interface Run extends MapRun {
  /** The number that the map had after the last step, in words; -1: not looked at yet. */
  number: number;
  /** By the number of a snapshot: the hash of what could be reached at its instant. */
  instants: Record<string, number>;
}

// ---- where things stand -------------------------------------------------------------------------

const lineAt = ({ map }: Place, slot: number): number => map + MAP_LINES + slot * LINE;
const phaseOf = (world: World, line: number): number => world.u32(line) & Number(PHASE);

// ---- what holds after every step ----------------------------------------------------------------

const lists = new Lists(present);

/** What a write or a repair may retire before it collects: news, or olds. */
const AT_ONCE = 6;

/** The entries that all lines count; undefined: somebody is armed, or was when he died. */
function counted(world: World, at: Place): number | undefined {
  let entries = 0;
  for (let slot = 0; slot < at.homes; slot++) {
    const line = lineAt(at, slot);
    if (phaseOf(world, line) === Number(ARMED)) return undefined;
    const word = line + LINE_COUNT;
    entries += (world.u32(word + 4) | 0) * 2 ** 24 + (world.u32(word) >>> 8);
  }
  return entries;
}

/** Whether the intent of whoever has a lock names the block. */
function isNoted(world: World, at: Place, block: number, owner: number): boolean {
  const line = lineAt(at, owner - 1);
  if (world.u32(line + 4) === block) return phaseOf(world, line) !== 0;
  for (let i = 0; i < LOCKS; i++) if (world.u32(line + LINE_LOCKS + i * 4) === block) return true;
  return false;
}

/** Trees that are not the map's yet, or are taken apart, are whole, too. */
function loadsProblem(world: World, at: Place): string | undefined {
  for (let slot = 0; slot < at.homes; slot++) {
    const root = world.u32(lineAt(at, slot) + LINE_BULK + H_ROOT);
    // Z1: it may have become the map's just now.
    if (root === 0 || root === world.u32(at.map + MAP_HEAD + H_ROOT)) continue;
    const { wrong, held } = walkLoading(world, root);
    if (wrong !== undefined) return `what slot ${slot} loads: ${wrong}`;
    for (let i = 0; i < held.length; i += 2) {
      if (!isNoted(world, at, held[i]!, held[i + 1]!))
        return `the lock at ${held[i]} is in no intent of slot ${held[i + 1]! - 1}`;
    }
  }
  return undefined;
}

/** Notes what can be reached at the instant of a snapshot (open.ts, step 7). */
function noteInstant(world: World, at: Place, run: Run): void {
  const number = world.u32(at.map + MAP_NUMBER);
  if (number === run.number) return;
  if (run.number !== -1 && (number & 1) === 0) {
    const link = world.u32(at.map + MAP_HEAD + H_ROOT);
    run.instants[(number >> 1) - 1] = walkPast(world, link).hash;
  }
  run.number = number;
}

/** The tree, I4 of intent.ts, all open snapshots, and the domain's lists. */
export function invariantOf(world: World, entry: number, run: Run): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const at = find(world, entry);
  noteInstant(world, at, run);
  const found = present.from(world, world.u32(at.map + MAP_HEAD + H_ROOT), true);
  if (found.wrong !== undefined) return found.wrong;
  for (let i = 0; i < found.held.length; i += 2) {
    if (!isNoted(world, at, found.held[i]!, found.held[i + 1]!))
      return `the lock at ${found.held[i]} is in no intent of slot ${found.held[i + 1]! - 1}`;
  }
  const count = counted(world, at);
  if (count !== undefined && count !== found.entries)
    return `I4: ${count} entries are counted, ${found.entries} are there`;
  const loads = loadsProblem(world, at);
  if (loads !== undefined) return loads;
  for (const tag in run.snaps) {
    const wrong = snapshotProblem(world, run, tag);
    if (wrong !== undefined) return wrong;
  }
  return lists.problem(world, at, AT_ONCE);
}

/** The link of a snapshot's target. */
export const linkOf = (target: number): number => (target & ~SNAPSHOT) >>> 0;

/** Whether a snapshot is what it was at its instant. */
function snapshotProblem(world: World, run: Run, tag: string): string | undefined {
  const [target, number, size] = run.snaps[tag]!.target as [number, number, number];
  const { wrong, hash, entries } = walkPast(world, linkOf(target));
  if (wrong !== undefined) return `snapshot ${tag}: ${wrong}`;
  if (hash !== run.instants[number])
    return `N1: snapshot ${tag} of number ${number} is not what it was`;
  return entries === size ? undefined : `snapshot ${tag} of ${entries} entries says ${size}`;
}

// ---- the account --------------------------------------------------------------------------------

/** Nobody works: no lock, no intent, and each block of each span is in the map or in a list. */
export function account(world: World, entry: number, run: Run): string | undefined {
  const wrong = invariantOf(world, entry, run);
  if (wrong !== undefined) return wrong;
  const at = find(world, entry);
  const { held } = present.found;
  if (held.length > 0) return `nobody works, but slot ${held[1]! - 1} has the lock at ${held[0]}`;
  return linesProblem(world, at) ?? lists.account(world, at);
}

function linesProblem(world: World, at: Place): string | undefined {
  let newest = 0n;
  for (let slot = 0; slot < at.homes; slot++) {
    const line = lineAt(at, slot);
    if (world.u64(line) !== 0n) return `nobody works, but slot ${slot} is writing`;
    if (world.u64(line + LINE_BULK + GENERATION) !== 0n || world.u32(line + LINE_BULK + H_ROOT))
      return `nobody works, but slot ${slot} is loading`;
    for (let word = LINE_LOCKS; word < LINE_OLDS + OLDS * 8; word += 4) {
      if (world.u32(line + word) !== 0)
        return `nobody works, but slot ${slot} has a note at ${word}`;
    }
    const open = world.u64(line + LINE_OPEN);
    if ((open === 0n) !== (world.u32(line + LINE_SNAPSHOTS) === 0))
      return `slot ${slot} has ${world.u32(line + LINE_SNAPSHOTS)} snapshots, the newest ${open}`;
    if (open > newest) newest = open;
  }
  if (world.u64(at.map + MAP_NEWEST) !== newest)
    return `the newest snapshot is ${newest}, not ${world.u64(at.map + MAP_NEWEST)}`;
  return undefined;
}

// ---- names for traces ---------------------------------------------------------------------------

const LINE_NAMES: Names = {
  0: 'state',
  4: 'first lock',
  [LINE_WORD]: 'word',
  [LINE_NEXT]: 'next',
  [LINE_COUNT]: 'count',
  [LINE_OPEN]: 'open',
  [LINE_SNAPSHOTS]: 'snapshots',
  [LINE_HOME]: 'home',
  [LINE_BULK]: 'load lock',
  [LINE_BULK + GENERATION]: 'loading',
  [LINE_BULK + H_ROOT]: 'load root',
  [LINE_CURSOR]: 'cursor',
};
for (let i = 0; i < LOCKS; i++) LINE_NAMES[LINE_LOCKS + i * 4] = `lock${i + 2}`;
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
    const names: Names = {
      [MAP_NUMBER]: 'number',
      [MAP_NEWEST]: 'newest',
      [MAP_HEAD]: 'head lock',
      [MAP_HEAD + H_ROOT]: 'head root',
    };
    if (at < map + MAP_LINES) return `map.${names[at - map] ?? `+${at - map}`}`;
    return nameRecord(at, 'line', map + MAP_LINES, LINE, LINE_NAMES);
  }
  return nameBlock(at, world, there);
}

/** A word of a block, by what is reached of it now. */
function nameBlock(at: number, world: World, { map }: Place): string {
  const { blocks } = present.from(world, world.u32(map + MAP_HEAD + H_ROOT), true);
  const i = blocks.findLastIndex((block) => {
    const bytes = classBytes(world.u32(block - HEAD + BLOCK_KIND) & 0xff);
    return at >= block - HEAD && at < block - HEAD + bytes;
  });
  if (i < 0) return `block at ${at}`;
  const offset = at - blocks[i]!;
  const name = offset === 0 ? 'lock' : offset === 16 ? 'live/root' : String(offset);
  return `block ${blocks[i]} (${i} in the map) + ${name}`;
}
