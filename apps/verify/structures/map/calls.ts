// Keys and values as a map's kernel has them: in nodes, in calls, in rows, in pieces.

import { MAX_KEY } from '../../../../packages/shm-arena/build/numbers-gated/map/key.ts';
import {
  NOTHING,
  PORTION_KEYS,
} from '../../../../packages/shm-arena/build/numbers-gated/map/portion.ts';
import {
  COUNT_DONE,
  LARGE_BYTES,
  LARGE_HEAD,
  LARGE_KEY,
  LARGE_VALUE,
} from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { KernelFunction, Steps, Thread, World } from '../../src/structure.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const align8 = (bytes: number): number => (bytes + 7) & ~7;

/**
 * A key's bytes as characters, in their order: each slice stands with its first byte highest, slice
 * i at `first` + 8 i, from the third on at `rest` + 8 i.
 */
export function keyIn(world: World, length: number, first: number, rest: number): string {
  let key = '';
  for (let i = 0; i < length; i++) {
    const at = (i < 16 ? first : rest) + (i & ~7) + 7 - (i & 7);
    key += String.fromCharCode(world.u8[at]!);
  }
  return key;
}

/** The handle, which every call begins with. */
export const handle = (t: Thread): [entry: number, generation: number] => [
  t.local.entry!,
  t.local.generation!,
];

/** A key in a call: its length, then its words, or where it is staged. */
export type Five = [number, number, number, number, number];

/** Stages bytes, padded with what must not matter; returns the offset behind. */
export function stage(t: Thread, at: number, bytes: Uint8Array): number {
  const padded = new Uint8Array(align8(bytes.length)).fill(0xee);
  padded.set(bytes);
  t.world.write(at, padded);
  return at + padded.length;
}

/** Stages a key; returns its bytes' number. */
export function stageKey(t: Thread, at: number, key: string): number {
  const bytes = encoder.encode(key);
  stage(t, at, bytes);
  return bytes.length;
}

/** Stages keys as `getMany` wants them; returns the offset behind. */
export function stageKeys(t: Thread, first: number, keys: readonly string[]): number {
  return stageEntries(t, first, keys, []);
}

/** The same with their values, for `putMany`. */
export function stageEntries(
  t: Thread,
  first: number,
  keys: readonly string[],
  values: readonly Uint8Array[],
): number {
  let at = first;
  for (const [i, key] of keys.entries()) {
    const value = values[i] ?? new Uint8Array();
    const length = stageKey(t, at + 8, key);
    t.world.write(at, new Uint8Array(new Uint32Array([length, value.length]).buffer));
    at = stage(t, at + 8 + align8(length), value);
  }
  return at;
}

/** The key arguments, and where staging goes on. */
export function keyArguments(t: Thread, key: string): [Five, number] {
  const bytes = encoder.encode(key);
  const at = t.local.io! + 64;
  if (bytes.length > 16) return [[bytes.length, at, 0, 0, 0], stage(t, at, bytes)];
  const view = new DataView(new ArrayBuffer(16));
  bytes.forEach((byte, i) => view.setUint8(i, byte));
  return [
    [bytes.length, view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)],
    at,
  ];
}

/** From this value on it is written in three words, more than the gated kernels have room for. */
export const LARGE = 2 ** 20;

/** A value's bytes, when it is a large one: it stands in each word. */
export function largeBytes(value: number): Uint8Array {
  return new Uint8Array(new BigUint64Array(3).fill(BigInt(value)).buffer);
}

/** A value's bytes: a large one's, or 4, 5 or 6, so that lengths differ, too. */
export const valueBytes = (value: number): Uint8Array =>
  value >= LARGE ? largeBytes(value) : largeBytes(value).slice(0, 4 + (value % 3));

/** A row that was read; null: a tombstone. */
export interface Row {
  key: Uint8Array<ArrayBuffer>;
  value: number | null;
}

export const showRow = ({ key, value }: Row): string => `${decoder.decode(key)}=${value ?? '†'}`;

/** The rows of the portion at `out`, which has room for `most` in its columns. */
export function portionRows({ world, local }: Thread, out: number, most: number): Row[] {
  const io = local.io!;
  let key = io + world.u32(io + PORTION_KEYS);
  return Array.from({ length: world.u32(io + COUNT_DONE) }, (_, i) => {
    const head = world.u32(out + 8 * i);
    const from = key;
    key += head & MAX_KEY;
    const value = world.u32(out + 8 * (most + i));
    const isLong = world.u32(out + 8 * i + 4) > 8;
    return {
      key: world.u8.slice(from, key),
      value: (head & NOTHING) !== 0 ? null : isLong ? world.u32(io + value) : value,
    };
  });
}

/** A key or a value at `at` after NEED. Others may come in before each piece. */
function* pieces(
  t: Thread,
  kernel: Record<string, KernelFunction>,
  at: number,
  isKey: boolean,
  length: number,
): Steps<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  const first = t.local.io! + 64;
  for (let from = 0; from < length; from += 8) {
    const bytes = Math.min(8, length - from);
    yield [t.kernels.arena!.alive!];
    yield [kernel.piece!, at, isKey ? 1 : 0, from, bytes];
    all.set(t.world.u8.subarray(first, first + bytes), from);
  }
  return all;
}

/** The value that a call with NEED found; -1 if its words are not of one value. */
export function* valueInPieces(
  t: Thread,
  kernel: Record<string, KernelFunction>,
  at: number,
  length: number,
): Steps<number> {
  const bytes = yield* pieces(t, kernel, at, false, length);
  const view = new DataView(bytes.buffer);
  const value = view.getUint32(0, true);
  for (let i = 8; i < length; i += 8) if (view.getUint32(i, true) !== value) return -1;
  return value;
}

/** A row that did not fit, of which key and value are read by and by; then its pin goes. */
export function* rowInPieces(t: Thread, kernel: Record<string, KernelFunction>): Steps<Row> {
  const words = [LARGE_KEY, LARGE_VALUE, LARGE_HEAD, LARGE_BYTES];
  const [keyAt, valueAt, head, valueLength] = words.map((word) =>
    t.world.u32(t.local.io! + word),
  ) as [number, number, number, number];
  const key = yield* pieces(t, kernel, keyAt, true, head & MAX_KEY);
  const value = yield* valueInPieces(t, kernel, valueAt, valueLength);
  yield [kernel.release!];
  return { key, value };
}
