// What `structures`, `stats` and `verify` tell, from the numbers that the kernel writes into
// scratch.

import {
  BAD_BASE,
  BAD_CLASS,
  BAD_ENTRY,
  BAD_GRANT,
  BAD_KIND,
  BAD_LEDGER,
  BAD_OWNER,
  BAD_REGION,
  BAD_SHARD,
  BAD_SLOT,
  IN_FLIGHT,
  LOCKED,
  PROBLEM_BYTES,
  SAME_NAME,
  SHORT_RUN,
  STATS_BLOCKS,
  STATS_BYTES,
  STATS_EMPTY,
  STATS_FREE,
  STATS_LARGE,
  STATS_LARGE_BYTES,
  STATS_OLDEST,
  STATS_OLDEST_ENTRY,
  STATS_OLDEST_SLOT,
  STATS_ORPHAN,
  STATS_OWN_BYTES,
  STATS_OWN_EMPTY,
  STATS_OWN_HELD,
  STATS_OWN_SCRATCH,
  STATS_REGION,
  STATS_RETIRED_SLICES,
  STATS_SMALL,
  STATS_SMALL_BYTES,
  STATS_SYSTEM,
  STRAY_BIT,
  STRAY_CONT,
} from '../../build/numbers/inspect/audit.ts';
import type {
  ArenaStats,
  ParticipantStats,
  StructureInfo,
  StructureStats,
  VerifyReport,
} from '../api.ts';
import { ENTRY_LIVE, SLICE_BYTES, SlotKind } from '../ground/kernel.ts';
import { counts } from '../ground/shown.ts';
import { readEntry } from '../life/entry.ts';
import { typeOf } from '../life/record.ts';
import type { Seat } from '../life/seat.ts';

interface Listed extends StructureInfo {
  readonly linked: number;
  readonly entry: number;
  readonly generation: number;
  readonly joined: number;
}

/** Every live structure. */
export function listStructures(seat: Seat): Listed[] {
  const { kernel } = seat;
  const listed: Listed[] = [];
  for (let entry = 0; entry < kernel.entries(); entry++) {
    if (kernel.entryKind(entry) !== ENTRY_LIVE) continue;
    const info = readEntry(seat, entry);
    if (info === undefined) continue;
    const { name, type, protocol, linked, generation, joined } = info;
    const handle = { type, arena: seat.shared.id, entry, generation };
    listed.push({ entry, generation, joined, name, type, protocol, linked, handle });
  }
  return listed;
}

/** The state of the arena. */
export function arenaStats(seat: Seat): ArenaStats {
  const { kernel } = seat;
  const structures = listStructures(seat).map(
    ({ entry, generation, joined, name, type, protocol, handle }): StructureStats => ({
      ...{ name, type, protocol, handle, joined },
      bytes: (kernel.structureSlices(entry, generation) >>> 0) * SLICE_BYTES,
    }),
  );
  const words = readStats(seat);
  const slices = (at: number) => words.getUint32(at, true) * SLICE_BYTES;
  const number = (at: number) => words.getFloat64(at, true);
  const bytes = seat.memory.buffer.byteLength;
  const free = slices(STATS_FREE);
  const slot = words.getUint32(STATS_OLDEST_SLOT, true);
  const entry = words.getUint32(STATS_OLDEST_ENTRY, true);
  return counts({
    bytes,
    used: bytes - free,
    free,
    tables: slices(STATS_SYSTEM),
    regions: slices(STATS_REGION),
    blocks: {
      count: words.getUint32(STATS_BLOCKS, true),
      live: number(STATS_SMALL_BYTES) + number(STATS_LARGE_BYTES),
      held: slices(STATS_SMALL) + slices(STATS_ORPHAN) + slices(STATS_LARGE),
      empty: slices(STATS_EMPTY),
      orphaned: slices(STATS_ORPHAN),
    },
    participants: listParticipants(seat, words),
    structures,
    pinned: {
      oldest: slot + entry === 0 ? undefined : BigInt(number(STATS_OLDEST)),
      slot: slot === 0 ? undefined : slot - 1,
      bytes: number(STATS_RETIRED_SLICES) * SLICE_BYTES,
    },
  });
}

/** Bytes that are free. O(pages). */
export function freeBytes(seat: Seat): number {
  return readStats(seat).getUint32(STATS_FREE, true) * SLICE_BYTES;
}

/** What the kernel's `stats` writes, for the arena and behind that for each participant. */
function readStats({ kernel, crossing }: Seat): DataView {
  crossing.begin();
  const bytes = STATS_BYTES + kernel.participants() * STATS_OWN_BYTES;
  const at = crossing.take(bytes);
  kernel.stats((crossing.at + at) | 0);
  return new DataView(crossing.view.slice(at, at + bytes).buffer);
}

function listParticipants({ kernel }: Seat, words: DataView): ParticipantStats[] {
  const list: ParticipantStats[] = [];
  for (let slot = 0; slot < kernel.participants(); slot++) {
    const kind = kernel.slotKind(slot);
    if (kind === SlotKind.FREE) continue;
    const own = STATS_BYTES + slot * STATS_OWN_BYTES;
    const slices = (at: number) => words.getUint32(own + at, true) * SLICE_BYTES;
    list.push({
      slot,
      generation: kernel.slotGeneration(slot) >>> 0,
      state: kind === SlotKind.ALIVE ? 'alive' : kind === SlotKind.DEAD ? 'dead' : 'repairing',
      threadId: kernel.slotThread(slot) - 1,
      locked: kernel.lockHeld(slot) !== 0,
      held: slices(STATS_OWN_HELD),
      empty: slices(STATS_OWN_EMPTY),
      scratch: slices(STATS_OWN_SCRATCH),
    });
  }
  return list;
}

/** What the kernel's `verify` can find, by its codes. */
const PROBLEMS: Readonly<Record<number, string>> = {
  [BAD_KIND]: 'a page of an unknown kind',
  [STRAY_CONT]: 'a page that continues a run which does not reach it',
  [SHORT_RUN]: 'a run of pages that ends too early',
  [BAD_OWNER]: 'a page of a participant that is not there',
  [IN_FLIGHT]: 'a run of pages that somebody died with; `recover` frees it',
  [BAD_CLASS]: 'a page of blocks of an unknown size',
  [STRAY_BIT]: 'a used block where there is none',
  [BAD_REGION]: 'a page of a region that is free',
  [BAD_BASE]: 'a region without its first page or its owner',
  [BAD_SHARD]: 'a region whose count of pages is wrong',
  [BAD_ENTRY]: 'a directory entry without its owner, or with a bad name',
  [SAME_NAME]: 'two structures of one name',
  [BAD_SLOT]: 'a free slot that is not empty',
  [LOCKED]: 'a lock that is held',
  [BAD_GRANT]: 'a lease of a structure without its owner, or whose era is not noted',
  [BAD_LEDGER]: 'leases of a participant in a place that is not its own',
};

const MAX_PROBLEMS = 64;

/** Walks the arena, and every structure whose package is loaded. */
export function verifyArena(seat: Seat): VerifyReport {
  const { kernel, crossing } = seat;
  const problems: string[] = [];
  const unwalked: string[] = [];
  crossing.begin();
  const at = crossing.take(MAX_PROBLEMS * PROBLEM_BYTES);
  const found = kernel.verify((crossing.at + at) | 0, MAX_PROBLEMS * PROBLEM_BYTES) >>> 0;
  for (let i = 0; i < Math.min(found, MAX_PROBLEMS); i++) {
    const word = (at + i * PROBLEM_BYTES) >> 2;
    const code = crossing.words[word]!;
    const offset = crossing.words[word + 1]! >>> 0;
    problems.push(`${PROBLEMS[code] ?? `problem ${code}`}, at offset ${offset}`);
  }
  if (found > MAX_PROBLEMS) problems.push(`and ${found - MAX_PROBLEMS} more`);
  for (const { entry, generation, name, type, ...numbers } of listStructures(seat)) {
    const label = name === '' ? `${type} in entry ${entry}` : `${type} ${JSON.stringify(name)}`;
    const known = typeOf(type, numbers);
    if (known === undefined) unwalked.push(label);
    else
      for (const each of known.verify(seat.shared, entry, generation))
        problems.push(`${label}: ${each}`);
  }
  return { ok: problems.length === 0, problems, unwalked };
}
