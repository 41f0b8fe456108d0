// What the soak of the packages writes and how it is written down: keys, values, batches, and the
// journal in which a worker says of each call that it begins and, with its result, that it ended.

import type { AtomicHandle } from '@x/reclaim-epoch';
import type { StructureHandle } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';

/** Workers at a time. */
export const LANES = 4;
/** Keys of one lane. Prime: a batch goes in steps of 7 and meets no key twice. */
export const KEYS = 251;
/** Larger batches have no inserts: the result of each of these is a bit of the record's. */
export const INSERTS_MOST = 31;

// Words of a lane's control block.
/** Records that were begun, and those of them that have ended. */
export const BEGUN = 0;
export const DONE = 1;
/** What the parent wants: one of the commands. */
export const COMMAND = 2;
/** What the worker is at: one of the states. */
export const STATE = 3;
/** 1: please recover; 2: done. */
export const RECOVER = 4;
export const CONTROL_BYTES = 64;

export const GO = 0;
export const PARK = 1;
export const QUIT = 2;

export const STARTING = 0;
export const RUNNING = 1;
export const PARKED = 2;

// Words of what all lanes share, before the rows that were flushed (`disk`).
/** 1 + the lane that flushes. */
export const FLUSHING = 0;
export const DISK = 16;

/** Ints of a record: call, place in `truth` or address, number, bytes or count, result. */
export const RECORD = 5;
export const RECORDS = 40_000;

export const SET = 1;
export const INSERT = 2;
export const DELETE = 3;
export const GET_OR_INSERT = 4;
export const BATCH = 5;
export const ALLOC = 6;
export const FREE = 7;
/** A call that changes nothing of the lane's own. */
export const OTHER = 8;
/** Appends to the tree, and a build of whatever waits. */
export const TREE_SET = 9;
export const TREE_INSERT = 10;
export const TREE_DELETE = 11;
export const BUILD = 12;
/** On the stack of a domain; and a block of a domain taken, put into its register, or both. */
export const PUSH = 13;
export const POP = 14;
export const REPLACE = 15;

/** On the lane's keys in the Masstree; of it, of keys in a row, of an own one that is loaded. */
export const TRIE_SET = 16;
export const TRIE_INSERT = 17;
export const TRIE_DELETE = 18;
export const TRIE_SET_MANY = 19;
export const TRIE_DELETE_RANGE = 20;
export const TRIE_LOAD = 21;

/** How blocks are reclaimed: each in a domain of its own. */
export const SCHEMES = ['interval', 'epoch', 'eras', 'pointers'] as const;

// What a lane knows of its own (`truth`), by number: the values of its keys in the list, of its
// keys in the tree and in the Masstree, and how many blocks more it has pushed than popped in each
// domain.
export const IN_TREE = KEYS;
export const IN_TRIE = 2 * KEYS;
export const PUSHED = 3 * KEYS;
export const TRUTHS = PUSHED + SCHEMES.length;

/** A result: the call was refused, nothing has changed. */
export const REFUSED = -1;

export interface Block {
  bytes: number;
  /** Stands in its first and last word. */
  stamp: number;
}

/** A domain, and its two cells: one block that is replaced, and the top of a stack. */
export interface DomainHandles {
  domain: StructureHandle;
  register: AtomicHandle;
  top: AtomicHandle;
}

/** What a worker starts with; all of it is shared or cloned. */
export interface Seat {
  lane: number;
  arena: { type: '@x/shm-arena'; memory: WebAssembly.Memory };
  /** Names of the list, the tree and the Masstree. */
  list: string;
  tree: string;
  trie: string;
  /** Of each. */
  maxBytes: number;
  domains: readonly DomainHandles[];
  seed: number;
  control: SharedArrayBuffer;
  journal: SharedArrayBuffer;
  shared: SharedArrayBuffer;
  /** Of each key the number of its value, 0: none. */
  truth: Int32Array;
  blocks: Map<number, Block>;
  /** The least number that was not used yet. */
  next: number;
}

/** How the tree is opened: some hundred operations of a thread may wait. */
export const treeOptions = (name: string, maxBytes: number) => ({
  name,
  maxBytes,
  value: utf8,
  batch: { maxQueued: 300 },
});

function mix(n: number): number {
  let z = Math.imul(n ^ (n >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export const prefixOf = (lane: number): string => `lane ${lane}/`;

export function keyOf(lane: number, key: number): string {
  const short = `${prefixOf(lane)}${String(key).padStart(3, '0')}`;
  return key % 5 === 0 ? `${short}, whose key is longer than sixteen bytes` : short;
}

/** The same for the Masstree: some are short enough for a slot. */
export const trieValueFor = (lane: number, key: number, n: number): string =>
  mix(n) % 3 === 0 ? valueFor(lane, key, n) : `${n.toString(36)}.${mix(n + key + lane) % 97}`;

export function trieNumberOf(lane: number, key: number, value: string): number {
  const n = value.includes('/') ? Number(value.split('/', 3)[2]) : Number.parseInt(value, 36);
  if (value !== trieValueFor(lane, key, n))
    throw new Error(`${keyOf(lane, key)} has the value ${JSON.stringify(value.slice(0, 80))}`);
  return n;
}

/** The entries that a lane loads into a Masstree of its own. */
export const loaded = (lane: number, n: number, count: number): [string, string][] =>
  Array.from({ length: count }, (_, key) => [keyOf(lane, key), trieValueFor(lane, key, n + key)]);

/** The name of that one. */
export const loadOf = (trie: string, lane: number): string => `load ${lane} of ${trie}`;

export function parseKey(text: string): { lane: number; key: number } {
  return { lane: Number(text.slice(5, 6)), key: Number(text.slice(7, 10)) };
}

/** The value numbered `n` of a key; its length and all of its characters follow from the two. */
export function valueFor(lane: number, key: number, n: number): string {
  const h = mix(n);
  const length = h % 61 === 0 ? 3000 : h % 48;
  return `${lane}/${key}/${n}/${'abcdefgh'[h % 8]!.repeat(length)}`;
}

/** The number in a value that must be one of this key. */
export function numberOf(lane: number, key: number, value: string): number {
  const n = Number(value.split('/', 3)[2]);
  if (value !== valueFor(lane, key, n)) {
    throw new Error(`${keyOf(lane, key)} has the value ${JSON.stringify(value.slice(0, 80))}`);
  }
  return n;
}

interface Part {
  type: 'set' | 'insert' | 'delete';
  key: number;
  n: number;
}

export function batchOf(key: number, n: number, count: number): Part[] {
  const second = count > INSERTS_MOST ? 'set' : 'insert';
  return Array.from({ length: count }, (_, i) => ({
    type: (['set', second, 'delete', 'set'] as const)[mix(n + i + 1) % 4]!,
    key: (key + 7 * i) % KEYS,
    n: n + i,
  }));
}

/** What a lane knows of its own after a call that has ended. */
export function apply(record: Int32Array, truth: Int32Array, blocks: Map<number, Block>): void {
  const [op, at, n, size, result] = record as unknown as [number, number, number, number, number];
  if (result === REFUSED) return;
  if (op === SET || op === TREE_SET || op === TRIE_SET) truth[at] = n;
  else if (op === DELETE || op === TREE_DELETE || op === TRIE_DELETE) truth[at] = 0;
  else if (op === TRIE_SET_MANY) for (let i = 0; i < size; i++) truth[at + i] = n + i;
  else if (op === TRIE_DELETE_RANGE) truth.fill(0, at, at + size);
  else if (op === TREE_INSERT) truth[at] ||= n;
  else if (op === PUSH) truth[at] = truth[at]! + 1;
  else if (op === POP) truth[at] = truth[at]! - result;
  else if (op === INSERT || op === GET_OR_INSERT || op === TRIE_INSERT) {
    if (result === 1) truth[at] = n;
  } else if (op === BATCH) {
    for (const [i, part] of batchOf(at, n, size).entries()) {
      if (((result >>> i) & 1) === 0) truth[part.key] = part.type === 'delete' ? 0 : part.n;
    }
  } else if (op === ALLOC) blocks.set(at >>> 0, { bytes: size, stamp: n });
  else if (op === FREE) blocks.delete(at >>> 0);
}

/** The first and the last word of a block. */
function ends(memory: Int32Array, at: number, bytes: number): [number, number] {
  const last = (at >>> 2) + Math.max(0, (bytes >>> 2) - 1);
  return [memory[at >>> 2]!, memory[last]!];
}

export function stamp(memory: Int32Array, at: number, { bytes, stamp: n }: Block): void {
  memory[at >>> 2] = n;
  memory[(at >>> 2) + Math.max(0, (bytes >>> 2) - 1)] = n;
}

export function whole(memory: Int32Array, at: number, block: Block): boolean {
  return ends(memory, at, block.bytes).every((word) => word === block.stamp);
}
