// What `structures`, `stats` and `verify` tell, from the numbers that the kernel writes into
// scratch.

import type {
  ArenaStats,
  ParticipantStats,
  StructureInfo,
  StructureStats,
  VerifyReport,
} from '../api.ts';
import { ENTRY_LIVE, PAGE_BYTES, SlotKind } from '../ground/kernel.ts';
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

/** Words of the kernel's `stats` (assembly/index.ts). */
const FREE_PAGES = 2;
const RETIRED_PAGES = 16;
const OLDEST_SLOT = 22;
const OLDEST_ENTRY = 23;
const OLDEST_ERA = 24;
const STATS_BYTES = 128;

/** The state of the arena. */
export function arenaStats(seat: Seat): ArenaStats {
  const { kernel } = seat;
  const structures = listStructures(seat).map(
    ({ entry, generation, joined, name, type, protocol, handle }): StructureStats => ({
      ...{ name, type, protocol, handle, joined },
      bytes: (kernel.structurePages(entry, generation) >>> 0) * PAGE_BYTES,
    }),
  );
  const words = readStats(seat);
  const bytes = seat.memory.buffer.byteLength;
  const free = words.getUint32(FREE_PAGES * 4, true) * PAGE_BYTES;
  const slot = words.getUint32(OLDEST_SLOT * 4, true);
  const entry = words.getUint32(OLDEST_ENTRY * 4, true);
  return counts({
    bytes,
    used: bytes - free,
    free,
    participants: listParticipants(seat),
    structures,
    pinned: {
      oldest: slot + entry === 0 ? undefined : BigInt(words.getFloat64(OLDEST_ERA * 4, true)),
      slot: slot === 0 ? undefined : slot - 1,
      bytes: words.getFloat64(RETIRED_PAGES * 4, true) * PAGE_BYTES,
    },
  });
}

/** Bytes in free pages. O(pages). */
export function freeBytes(seat: Seat): number {
  return readStats(seat).getUint32(FREE_PAGES * 4, true) * PAGE_BYTES;
}

function readStats({ kernel, crossing }: Seat): DataView {
  crossing.begin();
  const at = crossing.take(STATS_BYTES);
  kernel.stats((crossing.at + at) | 0);
  return new DataView(crossing.view.slice(at, at + STATS_BYTES).buffer);
}

function listParticipants({ kernel }: Seat): ParticipantStats[] {
  const list: ParticipantStats[] = [];
  for (let slot = 0; slot < kernel.participants(); slot++) {
    const kind = kernel.slotKind(slot);
    if (kind === SlotKind.FREE) continue;
    list.push({
      slot,
      generation: kernel.slotGeneration(slot) >>> 0,
      state: kind === SlotKind.ALIVE ? 'alive' : kind === SlotKind.DEAD ? 'dead' : 'repairing',
      threadId: kernel.slotThread(slot) - 1,
      locked: kernel.lockHeld(slot) !== 0,
    });
  }
  return list;
}

/** What the kernel's `verify` can find, by its codes (assembly/inspect/audit.ts). */
const PROBLEMS: Readonly<Record<number, string>> = {
  1: 'a page of an unknown kind',
  2: 'a page that continues a run which does not reach it',
  3: 'a run of pages that ends too early',
  4: 'a page of a participant that is not there',
  5: 'a run of pages that somebody died with; `recover` frees it',
  6: 'a page of blocks of an unknown size',
  7: 'a used block where there is none',
  8: 'a page of a region that is free',
  9: 'a region without its first page or its owner',
  10: 'a region whose count of pages is wrong',
  11: 'a directory entry without its owner, or with a bad name',
  12: 'two structures of one name',
  13: 'a free slot that is not empty',
  14: 'a lock that is held',
  15: 'a lease of a structure without its owner, or whose era is not noted',
};

const PROBLEM_BYTES = 8;
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
