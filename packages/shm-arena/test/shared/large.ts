// Values that scratch has no room for, and an arena in which nothing is left.

import { createHash } from 'node:crypto';
import type { Arena } from '@x/shm-arena';

const SIZES = [200_000, 100_000, 350_001, 7];

/** A value that says what it is at every byte. */
export function sample(n: number): Uint8Array {
  const value = new Uint8Array(SIZES[n % SIZES.length]!);
  for (let i = 0; i < value.length; i++) value[i] = (i * 31 + (i >> 8) * 7 + n) & 255;
  return value;
}

/** Its length and a digest: comparing bytes one by one takes long. */
export const print = (value: Uint8Array | undefined) =>
  value && `${value.length} ${createHash('md5').update(value).digest('hex')}`;

/** Takes every byte that is left. */
export function takeAll(arena: Arena): void {
  for (const size of [65_536, 4096, 16]) while (arena.tryAlloc(size) !== 0);
}
