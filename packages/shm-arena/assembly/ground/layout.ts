// Where everything stands in an arena, and the status codes that every kernel returns.
//
//   0        1024                                                            FIRST << PAGE_SHIFT
//   | header | slots | directory | regions | grants | pages | slices | links | bitmaps | data ...
//   '--------------------------------- SYSTEM pages ----------------------------------'
//
// Offsets are bytes from the start of the memory, u32; 0 is no offset (word 0 is never written).
// The end of the last page of 4 GiB does not fit into 32 bits: ends are kept as lengths, or u64.
// All positions follow from two numbers, pages and participants: an attaching thread computes them
// again and compares (`inspect` in audit.ts); nothing that stands in the memory is trusted.
//
// Header: frozen after `create`, covered by the checksum
//   0 u64 zero   8 u64 magic   16 u32 protocol   20 u32 build (1 gated)   24 u32 flags
//   28 u32 pages   32 u32 page shift   36 u32 participants   40 u32 regions   44 u32 entries
//   48 16 bytes id   64 16 bytes hash seed
//   80 u32 slots   84 u32 directory   88 u32 region table   92 u32 page table   96 u32 links
//   100 u32 bitmaps   104 u32 first data page   108 u32 slot bytes   112 u64 checksum of 8..111
// Header: shared words, each on its own line
//   128 u64 era clock        192 u32 page hint (advisory), 196 u32 top (pages.ts)
//   256 u64 directory lock
//   320 u32 orphans made, 324 u32 orphans that got room   384 u32 retired hint (advisory)
//   448 u64 releases of pages and slices
//   512 8 x u32 pages of further groups of grants   544 u32 group hint (advisory)
//   576, 640 u64 lengths refused (pages.ts)
//   704 u32 slice hint, 708 u32 hint for several (advisory)
//
// Slot, SLOT_BYTES, one a participant
//   0 u64 state, shared: kind 4 bits | thread id, low 28 bits | generation from bit 32
//   8 u32 thread id, shared      12 u32 "holds a lock of the platform", shared
//   16 u32 scratch, owned        20 u32 scratch bytes, owned        24 u32 pins held, owned
//   28 u32 last status, owned    32 u64 random state, owned         40 u64 result, owned
//   48 u64 the right to work on the slot when it is dead, shared: a lock (lock.ts)
//   56 u64 the ledger of further leases (ledger.ts), shared: offset, 32 bits | region
//   64 u64 lower, 72 u64 upper: the interval; 80 u64, 88 u64: the overflow interval;
//   96 LEASES x u64 point leases, all shared
//   192 32 x u32 watched thread ids, shared
//   320 CLASSES x { u32 span, u32 cursor and count, u32 orphans seen }, and up to 896 what else the
//   heap keeps for itself (heap.ts), owned
//   896 u64 room, shared: a bit for each class, and for what is empty (heap.ts)
//   960 64 bytes, owned: for the other kernels of the thread
//
// Directory entry, 256 bytes, all words shared (an entry may be reused while somebody reads it)
//   0 u64 state: kind 4 bits | slot + 1 from bit 4 | generation from bit 32     8 u32 root
//   12 u32 linked protocols: limbo, 16 bits | epoch, 16 bits   16 u32 own protocol
//   20 u32, 24 u32 key codec: hash of its id, version   28 u32, 32 u32 value codec
//   36 4 x u8 lengths: name, type name, key codec, value codec
//   40 256 bits joined: the slots that have it open   72 4 x u32 the structure's own
//   88 name, 96 bytes   184 type name, 24   208 key codec id, 24   232 value codec id, 24
//
// Region entry, 64 bytes, all words shared
//   0 u64 state: kind 4 bits | slot + 1 from bit 4 | generation from bit 32
//   8 u64 owner: u32 index | u32 generation from bit 32; index: owner.ts
//   16 u64 birth   24 u64 retired   32 u32 base, the first chunk   36 u32 budget in pages, 0 = none
//   40 u32 slices when it was retired   48 u64 64ths of the arena where it has slices, a bit each
//
// Group of grants: u64 bits, then the records; all words shared (grants.ts). The first stands in
//   the arena's tables, the others in pages of their own. A record, 32 bytes:
//   0 u64 state, as of a region   8 u64 of, as a region's owner   16 u64 era   24 u32 root
//
// Word of a page or slice, u64: kind 4 bits | slot + 1, 12 bits | class or region, 16 bits | aux,
// 32 bits
//
// Names: ME own slot number; SELF its address; GENERATION its generation when joined.

import { get32, load32, load64 } from './atomic';

/** Covers layout and the order of steps of everything in this folder. */
export const ARENA_PROTOCOL: u32 = 2;
/** "SHMARENA" */
export const MAGIC: u64 = 0x414e4552414d4853;

// ---- status codes, the same in every kernel -----------------------------------------------------

export const OK: i32 = 0;
/** No memory (or no entry) is left; nothing has changed. */
export const FULL: i32 = 1;
/** Another thread is in the way: the host recovers the dead, waits a little, and calls again. */
export const CONTENDED: i32 = 2;
/** A stated limit is reached (a budget); nothing has changed. */
export const LIMIT: i32 = 3;
/** The offset (or number) names nothing of the kind. */
export const BAD: i32 = 4;
/** The block is free already. */
export const DOUBLE_FREE: i32 = 5;
/** The slot was buried: this thread must not go on. */
export const EXPELLED: i32 = 6;
/** The structure (or region) with this generation is gone. */
export const CLOSED: i32 = 7;
/** The name is in use. */
export const TAKEN: i32 = 8;
/** No structure has this name. */
export const UNKNOWN: i32 = 9;
/** All participant slots are in use. */
export const NO_SLOT: i32 = 10;

// ---- sizes: small in the checker's build, so that rare paths are reached ------------------------

export const PAGE_SHIFT: u32 = isDefined(GATED) ? 10 : 16;
export const PAGE: u32 = 1 << PAGE_SHIFT;
/** A page has this many slices, as a power of two. */
export const SLICES_SHIFT: u32 = isDefined(GATED) ? 2 : 4;
export const SLICE_SHIFT: u32 = PAGE_SHIFT - SLICES_SHIFT;
export const SLICE: u32 = 1 << SLICE_SHIFT;
/** Largest block that comes from a span of many; larger ones are runs. */
export const SMALL_MAX: u32 = PAGE >> 1;
/**
 * Classes are numbered (e - 2) * 4 + f for the size (4 + f) << e; 1, 2, 3, 5 and 7 are not used.
 */
export const CLASSES: u32 = (PAGE_SHIFT - 5) * 4 + 1;
/** Bitmap bytes of a slice: one bit for 16 bytes. */
export const BITMAP: u32 = isDefined(GATED) ? 8 : SLICE >> 7;
export const MAX_PARTICIPANTS: u32 = isDefined(GATED) ? 8 : 256;
export const REGIONS: u32 = isDefined(GATED) ? 8 : 1024;
export const ENTRIES: u32 = isDefined(GATED) ? 8 : 256;
export const LEASES: u32 = isDefined(GATED) ? 3 : 12;
/** Records of a group of grants, at most 64: a bit each in the group's word. */
export const GRANTS: u32 = isDefined(GATED) ? 2 : 64;
/** Groups that a page of them has, and pages there may be. */
export const GRANT_GROUPS: u32 = isDefined(GATED) ? 1 : 31;
export const GRANT_PAGES: u32 = isDefined(GATED) ? 1 : 8;
export const SCRATCH_PAGES: u32 = isDefined(GATED) ? 1 : 2;
export const CHUNK_PAGES: u32 = isDefined(GATED) ? 1 : 16;
/** Rounds of back-off before CONTENDED. */
export const TRIES: u32 = isDefined(GATED) ? 2 : 12;

// ---- header -------------------------------------------------------------------------------------

export const H_MAGIC: usize = 8;
export const H_PROTOCOL: usize = 16;
export const H_BUILD: usize = 20;
export const H_FLAGS: usize = 24;
export const H_PAGES: usize = 28;
export const H_SHIFT: usize = 32;
export const H_PARTICIPANTS: usize = 36;
export const H_REGIONS: usize = 40;
export const H_ENTRIES: usize = 44;
export const H_ID: usize = 48;
export const H_SEED: usize = 64;
export const H_SLOTS_AT: usize = 80;
export const H_DIRECTORY_AT: usize = 84;
export const H_REGIONS_AT: usize = 88;
export const H_TABLE_AT: usize = 92;
export const H_LINKS_AT: usize = 96;
export const H_BITMAPS_AT: usize = 100;
export const H_FIRST: usize = 104;
export const H_SLOT_BYTES: usize = 108;
export const H_CHECKSUM: usize = 112;
export const CLOCK: usize = 128;
export const PAGE_HINT: usize = 192;
export const TOP: usize = 196;
export const DIRECTORY_LOCK: usize = 256;
export const ORPHANS: usize = 320;
export const ROOMY: usize = 324;
export const RETIRED_HINT: usize = 384;
export const RELEASES: usize = 448;
export const GRANT_TABLES: usize = 512;
export const GRANT_HINT: usize = 544;
export const REFUSED_PAGES: usize = 576;
export const REFUSED_SLICES: usize = 640;
export const SLICE_HINT: usize = 704;
export const SPAN_HINT: usize = 708;
export const SLOTS: u32 = 1024;

/** Flag: fill blocks with zeros when they are freed. */
export const ZERO_ON_FREE: u32 = 1;

// ---- slots --------------------------------------------------------------------------------------

export const SLOT_BYTES: u32 = 1024;
export const S_STATE: usize = 0;
export const S_THREAD: usize = 8;
export const S_LOCK_HELD: usize = 12;
export const S_SCRATCH: usize = 16;
export const S_SCRATCH_BYTES: usize = 20;
export const S_PINS: usize = 24;
export const S_STATUS: usize = 28;
export const S_RANDOM: usize = 32;
export const S_RESULT: usize = 40;
export const S_REAPER: usize = 48;
export const S_LEDGER: usize = 56;
export const S_LOWER: usize = 64;
export const S_UPPER: usize = 72;
export const S_OVER_LOWER: usize = 80;
export const S_OVER_UPPER: usize = 88;
export const S_LEASES: usize = 96;
export const S_WATCHED: usize = 192;
export const WATCHED: u32 = isDefined(GATED) ? 2 : 32;
export const S_HEAP: usize = 320;
export const HEAP_BYTES: usize = 12;
export const S_ROOM: usize = 896;
export const S_OTHERS: usize = 960;

export const SLOT_FREE: u32 = 0;
export const SLOT_ALIVE: u32 = 1;
/** Written by the host alone: no instruction of this participant will run again. */
export const SLOT_DEAD: u32 = 2;
/** Dead, and phase one of recovery is done: repairs by structures are outstanding. */
export const SLOT_ORPHANED: u32 = 3;

// ---- directory ----------------------------------------------------------------------------------

export const ENTRY_BYTES: u32 = 256;
export const D_STATE: usize = 0;
export const D_ROOT: usize = 8;
export const D_LINKED: usize = 12;
export const D_PROTOCOL: usize = 16;
/** Of a codec: the hash of its id, then its version. The host's. */
export const D_KEY: usize = 20;
export const D_VALUE: usize = 28;
export const D_LENGTHS: usize = 36;
export const D_JOINED: usize = 40;
export const D_OWN: usize = 72;
export const D_NAME: usize = 88;
export const D_TYPE_NAME: usize = 184;
export const D_KEY_ID: usize = 208;
export const D_VALUE_ID: usize = 232;
export const NAME_BYTES: u32 = 96;
/** Of a type's name, and of a codec's id. */
export const ID_BYTES: u32 = 24;
/** The 64-bit word that has the lengths in its upper half. */
export const D_LENGTHS_WORD: usize = D_LENGTHS & ~7;

export const ENTRY_FREE: u32 = 0;
export const ENTRY_CREATING: u32 = 1;
export const ENTRY_LIVE: u32 = 2;
export const ENTRY_DESTROYING: u32 = 3;

// ---- regions ------------------------------------------------------------------------------------

export const REGION_BYTES: u32 = 64;
export const R_STATE: usize = 0;
export const R_OWNER: usize = 8;
export const R_BIRTH: usize = 16;
export const R_RETIRED: usize = 24;
export const R_BASE: usize = 32;
export const R_BUDGET: usize = 36;
export const R_HELD: usize = 40;
export const R_MAP: usize = 48;

export const REGION_FREE: u32 = 0;
export const REGION_CREATING: u32 = 1;
export const REGION_LIVE: u32 = 2;
export const REGION_RETIRING: u32 = 3;
export const REGION_RETIRED: u32 = 4;
export const REGION_FREEING: u32 = 5;

/** In the index of a region's (or a grant's) owner: a directory entry, not a slot. */
export const ENTRY: u32 = 0x8000_0000;
/** In the index of a region's owner: a slot for as long as it names reservations, dead or alive. */
export const LEDGER: u32 = 0x4000_0000;

/**
 * A participant's line in a region: 0 u64 left | pos, 8 u64 asked | pages; 16..63 the structure's.
 */
export const SHARD_BYTES: u32 = 64;

// ---- grants -------------------------------------------------------------------------------------

export const GRANT_BYTES: u32 = 32;
export const GROUP_BYTES: u32 = 8 + GRANTS * GRANT_BYTES;
export const G_STATE: usize = 0;
export const G_OF: usize = 8;
export const G_ERA: usize = 16;
export const G_ROOT: usize = 24;

export const GRANT_FREE: u32 = 0;
export const GRANT_TAKING: u32 = 1;
export const GRANT_GIVEN: u32 = 2;
export const GRANT_FREEING: u32 = 3;

// ---- pages --------------------------------------------------------------------------------------

export const P_FREE: u32 = 0;
export const P_CLAIMED: u32 = 1;
export const P_SMALL: u32 = 2;
export const P_ORPHAN: u32 = 3;
export const P_LARGE: u32 = 4;
export const P_CONT: u32 = 5;
export const P_REGION: u32 = 6;
export const P_SCRATCH: u32 = 7;
export const P_FREEING: u32 = 8;
export const P_SYSTEM: u32 = 9;
/** Groups of grants. */
export const P_GRANTS: u32 = 10;

// ---- what a joined instance knows: constants of the arena and of its slot -----------------------

/** Own slot number. */
export let ME: u32 = 0;
/** Address of the own slot; 0 before `join`. */
export let SELF: usize = 0;
/** Own generation; a slot that shows another one is somebody else's. */
export let GENERATION: u32 = 0;
export let FLAGS: u32 = 0;
/** Pages of the arena, system pages included. */
export let PAGES: u32 = 0;
/** First page that is not the arena's own. */
export let FIRST: u32 = 0;
export let PARTICIPANTS: u32 = 0;
let DIRECTORY: usize = 0;
let REGION_TABLE: usize = 0;
let GRANT_TABLE: usize = 0;
export let TABLE: usize = 0;
export let SLICES: usize = 0;
export let LINKS: usize = 0;
export let BITMAPS: usize = 0;

/** Reads the arena's constants (frozen words). No slot is taken; `recover`, `stats` need one. */
export function view(): void {
  FLAGS = get32(H_FLAGS);
  PAGES = get32(H_PAGES);
  FIRST = get32(H_FIRST);
  PARTICIPANTS = get32(H_PARTICIPANTS);
  DIRECTORY = get32(H_DIRECTORY_AT);
  REGION_TABLE = get32(H_REGIONS_AT);
  GRANT_TABLE = REGION_TABLE + REGIONS * REGION_BYTES;
  TABLE = get32(H_TABLE_AT);
  SLICES = TABLE + ((<usize>PAGES) << 3);
  LINKS = get32(H_LINKS_AT);
  BITMAPS = get32(H_BITMAPS_AT);
}

/**
 * Makes this instance work for `slot`, which this thread has attached (in this or another
 * instance). Every kernel exports it; the host calls it once in each instance, before all else.
 */
export function join(slot: u32): void {
  view();
  ME = slot;
  SELF = slotAt(slot);
  GENERATION = <u32>(load64(SELF + S_STATE) >> 32);
}

/** Forgets everything: the instance is as new. The checker resets threads with it. */
export function setup(): void {
  ME = 0;
  SELF = 0;
  GENERATION = 0;
  FLAGS = 0;
  PAGES = 0;
  FIRST = 0;
  PARTICIPANTS = 0;
  DIRECTORY = 0;
  REGION_TABLE = 0;
  GRANT_TABLE = 0;
  TABLE = 0;
  SLICES = 0;
  LINKS = 0;
  BITMAPS = 0;
}

/** The address of a slot. */
export function slotAt(slot: u32): usize {
  return SLOTS + slot * SLOT_BYTES;
}

/** The address of a directory entry. */
export function entryAt(entry: u32): usize {
  return DIRECTORY + <usize>entry * ENTRY_BYTES;
}

/** The address of a region's entry. */
export function regionAt(region: u32): usize {
  return REGION_TABLE + <usize>region * REGION_BYTES;
}

/** The address of a group of grants, which stays; 0: there is no such group. */
export function groupAt(group: u32): usize {
  if (group == 0) return GRANT_TABLE;
  const table = (group - 1) / GRANT_GROUPS;
  const page = table < GRANT_PAGES ? load32(GRANT_TABLES + (table << 2)) : 0;
  if (page == 0) return 0;
  return ((<usize>page) << PAGE_SHIFT) + ((group - 1) % GRANT_GROUPS) * GROUP_BYTES;
}

/** The address of a grant's record; 0: its group is not there. */
export function grantAt(record: u32): usize {
  const group = groupAt(record / GRANTS);
  return group == 0 ? 0 : recordAt(group, record % GRANTS);
}

/** The address of a record of the group at `group`. */
export function recordAt(group: usize, index: u32): usize {
  return group + 8 + <usize>index * GRANT_BYTES;
}

/** A state word of an entry, a region or a grant: kind, slot + 1 (0 = none), generation. */
export function stateWord(kind: u32, owner: u32, generation: u32): u64 {
  return ((<u64>generation) << 32) | (owner << 4) | kind;
}

/** The kind in a state word (of a slot, an entry or a region) or in a page word. */
export function kindOf(word: u64): u32 {
  return <u32>word & 15;
}

/** The slot + 1 in a state word of an entry or region. */
export function ownerOf(word: u64): u32 {
  return (<u32>word >> 4) & 0xfff;
}

/** The generation in a state word. */
export function generationOf(word: u64): u32 {
  return <u32>(word >> 32);
}
