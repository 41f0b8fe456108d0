import { f64, utf8 } from '@x/shm-arena/codec';
import { keyPort, valuePort } from '@x/shm-arena/map';
import { benchKernel } from '../kernel.ts';
import type { BenchMap } from './map.ts';
import { newArena } from './ours.ts';

const RECORD_KEY = 8;
const RECORD_VALUE = 24;
const RECORD_BYTES = 32;
const OFFSET_BYTES = 4;
/** Where a kernel leaves a value: behind its result block. */
const RESULT = 64;

/**
 * The sorted array of assembly/avl.ts, for numbers. The records stand in the order of their keys
 * too, which is the best that can be done for it.
 */
export function openSorted(entries: number): BenchMap {
  const arena = newArena(entries, 2 * (OFFSET_BYTES + RECORD_BYTES));
  const { kernel, seat } = benchKernel(arena);
  const { crossing } = seat;
  const key = keyPort(crossing, utf8);
  const value = valuePort(crossing, f64);
  const offsets = arena.alloc(entries * OFFSET_BYTES);
  const records = arena.alloc(entries * RECORD_BYTES);
  const pairs: [string, number][] = [];
  const words = new Uint32Array(arena.memory.buffer);
  const bytes = new Uint8Array(arena.memory.buffer);
  const place = (at: number, [ownKey, ownValue]: [string, number]): void => {
    key.pack(ownKey);
    words.set([key.length, 8], at >> 2);
    words.set([key.k1, key.k0, key.k3, key.k2], (at + RECORD_KEY) >> 2);
    f64.encode(ownValue, bytes, at + RECORD_VALUE);
  };
  return {
    clear: () => pairs.splice(0),
    fill(body) {
      body();
      pairs.sort(([a], [b]) => (a < b ? -1 : 1));
      pairs.forEach((pair, i) => {
        words[(offsets >> 2) + i] = records + i * RECORD_BYTES;
        place(records + i * RECORD_BYTES, pair);
      });
    },
    set: (ownKey, ownValue) => void pairs.push([ownKey as string, ownValue as number]),
    get(wanted) {
      crossing.begin();
      key.pack(wanted as string);
      const { length, k0, k1, k2, k3 } = key;
      const status = kernel.sortedGet(offsets, pairs.length, length, k0, k1, k2, k3);
      if (status !== 0) return undefined;
      return value.read(crossing.view, RESULT, crossing.words[0]!);
    },
    close: () => arena.detach(),
  };
}
