// The one door to shared memory: every kernel reads and writes through these functions, so that the
// checker's gate, race detector and failure injector see every access, and so that a reader finds
// in one place what is atomic and how wide it is. Atomics are sequentially consistent. A plain
// access is allowed only where no other thread can touch the word at that time, and its caller says
// why: private (not yet published), frozen (never written again) or owned (one live writer, read by
// others only after its death).
//
// In the release build each function is one wasm instruction; the compiler inlines it.
// In the gated build a call to the checker comes first: `gate` may switch to another thread.
//
// Gate operations: kind in bits 0-3, width in bytes in bits 4-7.

import { fail, fault, gate, mark, plain } from './env';

const LOAD: i32 = 0;
const STORE: i32 = 1;
const ADD: i32 = 2;
const AND: i32 = 3;
const OR: i32 = 4;
const SWAP: i32 = 5;
const CAS: i32 = 6;
/** A turn of a waiting loop: no access, and the checker lets the others go first. */
const PAUSE: i32 = 7;
const PLAIN_LOAD: i32 = 8;
const PLAIN_STORE: i32 = 9;
/** A line that is asked for; what stands there does not matter. */
const TOUCH: i32 = 10;

const MARK_FREE: i32 = 0;
const MARK_LIVE: i32 = 1;
const MARK_USED: i32 = 2;
const MARK_ROOM: i32 = 3;

const W4: i32 = 4 << 4;
const W8: i32 = 8 << 4;

/** Atomic load of 32 bits. */
export function load32(at: usize): u32 {
  if (isDefined(GATED)) gate(LOAD | W4, at);
  return atomic.load<u32>(at);
}

/** Atomic load of 64 bits. */
export function load64(at: usize): u64 {
  if (isDefined(GATED)) gate(LOAD | W8, at);
  return atomic.load<u64>(at);
}

/** Atomic store of 32 bits. */
export function store32(at: usize, value: u32): void {
  if (isDefined(GATED)) gate(STORE | W4, at);
  atomic.store<u32>(at, value);
}

/** Atomic store of 64 bits. */
export function store64(at: usize, value: u64): void {
  if (isDefined(GATED)) gate(STORE | W8, at);
  atomic.store<u64>(at, value);
}

/** Adds `value` and returns what was there before. */
export function add32(at: usize, value: u32): u32 {
  if (isDefined(GATED)) gate(ADD | W4, at);
  return atomic.add<u32>(at, value);
}

/** Adds `value` and returns what was there before. */
export function add64(at: usize, value: u64): u64 {
  if (isDefined(GATED)) gate(ADD | W8, at);
  return atomic.add<u64>(at, value);
}

/** Keeps the bits in `mask` and returns what was there before. */
export function and64(at: usize, mask: u64): u64 {
  if (isDefined(GATED)) gate(AND | W8, at);
  return atomic.and<u64>(at, mask);
}

/** Sets the bits in `mask` and returns what was there before. */
export function or64(at: usize, mask: u64): u64 {
  if (isDefined(GATED)) gate(OR | W8, at);
  return atomic.or<u64>(at, mask);
}

/** Stores `value` and returns what was there before. */
export function swap32(at: usize, value: u32): u32 {
  if (isDefined(GATED)) gate(SWAP | W4, at);
  return atomic.xchg<u32>(at, value);
}

/** Compare and set: true when the word held `expected` and now holds `next`. */
export function cas32(at: usize, expected: u32, next: u32): bool {
  if (isDefined(GATED)) gate(CAS | W4, at);
  return atomic.cmpxchg<u32>(at, expected, next) == expected;
}

/** Compare and set: true when the word held `expected` and now holds `next`. */
export function cas64(at: usize, expected: u64, next: u64): bool {
  if (isDefined(GATED)) gate(CAS | W8, at);
  return atomic.cmpxchg<u64>(at, expected, next) == expected;
}

/** Plain read of 32 bits. */
export function get32(at: usize): u32 {
  if (isDefined(GATED)) plain(PLAIN_LOAD, at, 4);
  return load<u32>(at);
}

/** Plain read of 64 bits. */
export function get64(at: usize): u64 {
  if (isDefined(GATED)) plain(PLAIN_LOAD, at, 8);
  return load<u64>(at);
}

/** Plain write of 32 bits. */
export function put32(at: usize, value: u32): void {
  if (isDefined(GATED)) plain(PLAIN_STORE, at, 4);
  store<u32>(at, value);
}

/** Plain write of 64 bits. */
export function put64(at: usize, value: u64): void {
  if (isDefined(GATED)) plain(PLAIN_STORE, at, 8);
  store<u64>(at, value);
}

/** Plain copy; the two ranges may overlap. */
export function copy(to: usize, from: usize, bytes: usize): void {
  if (isDefined(GATED)) {
    plain(PLAIN_LOAD, from, bytes);
    plain(PLAIN_STORE, to, bytes);
  }
  memory.copy(to, from, bytes);
}

/** Plain fill with one byte value. */
export function fill(at: usize, byte: u32, bytes: usize): void {
  if (isDefined(GATED)) plain(PLAIN_STORE, at, bytes);
  memory.fill(at, <u8>byte, bytes);
}

/**
 * Lets a line come while something else is waited for. `at` lies in memory that the caller may
 * read, or is 0. Atomic, because the compiler would drop a plain read that nobody uses.
 */
export function touch(at: usize): void {
  if (isDefined(GATED)) {
    if (at != 0) plain(TOUCH, at, 4);
  } else {
    atomic.load<u32>(at);
  }
}

/**
 * One turn of a waiting loop: spins about 2^round times, 1 024 at most. Word 0 of the memory is
 * never written, so reading it costs the bus nothing.
 */
export function pause(round: u32): void {
  if (isDefined(GATED)) {
    gate(PAUSE, 0);
  } else {
    for (let turns: u32 = 1 << min<u32>(round, 10); turns > 0; turns--) atomic.load<u32>(0);
  }
}

/** Sleeps while the word at `at` is `expected`; false: so long. The checker has none of it. */
export function sleepOn(at: usize, expected: u32, microseconds: u32): bool {
  if (isDefined(GATED)) return true;
  return atomic.wait<i32>(at, <i32>expected, <i64>microseconds * 1000) != 2;
}

/** Wakes all who sleep on the word at `at`. */
export function wakeAll(at: usize): void {
  if (!isDefined(GATED)) atomic.notify(at, -1);
}

/** Asked by each allocator before it takes anything: true when the checker wants it to fail. */
export function refused(): bool {
  if (isDefined(GATED)) return fail() != 0;
  return false;
}

/** A block was handed out. Stands right behind the atomic that made it so. */
export function markLive(at: usize, bytes: usize): void {
  if (isDefined(GATED)) mark(MARK_LIVE, at, bytes);
}

/** Of a block that was handed out, these bytes are not to be touched until they are used. */
export function markRoom(at: usize, bytes: usize): void {
  if (isDefined(GATED)) mark(MARK_ROOM, at, bytes);
}

/** Its owner uses them: once more, if a death lost the first time. */
export function markUsed(at: usize, bytes: usize): void {
  if (isDefined(GATED)) mark(MARK_USED, at, bytes);
}

/** A block was given back. Stands right before the atomic that makes it so. */
export function markFree(at: usize, bytes: usize): void {
  if (isDefined(GATED)) mark(MARK_FREE, at, bytes);
}

/**
 * An invariant that must hold, by its letter and number (invariants.ts); checked in the gated build
 * only. What it looks at must stay true whatever the other threads do meanwhile.
 */
export function check(holds: bool, invariant: i32, at: usize): void {
  if (isDefined(GATED)) {
    if (!holds) fault(invariant, at);
  }
}

/** What stands in a word, for `check` alone: no step of the checker's, nothing in a release. */
export function peek32(at: usize): u32 {
  return isDefined(GATED) ? atomic.load<u32>(at) : 0;
}

/** What stands in a word, for `check` alone: no step of the checker's, nothing in a release. */
export function peek64(at: usize): u64 {
  return isDefined(GATED) ? atomic.load<u64>(at) : 0;
}
