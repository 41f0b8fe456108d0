// The hash of a key: SipHash-1-3 (Aumasson and Bernstein, 2012) over its slices, under a key of the
// map's own. Where keys stand shows in the order of a scan and in how long calls take, so only a
// pseudorandom function keeps who chooses the keys from choosing where they stand.
//
// In the gated build a nibble a byte instead: the lower halves of the first bytes, so that programs
// choose where their keys stand, and that keys of one letter have the same hash as others.

import { get64 } from '@x/shm-arena/assembly/ground/atomic';
import { H_SEED } from '@x/shm-arena/assembly/ground/layout';
import { sliceAt } from '@x/shm-arena/assembly/map/key';
import { MAP_KEY } from './layout';

let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

// biome-ignore format: a round, as its authors write it
function round(): void {
  v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32);
  v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2;
  v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0;
  v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32);
}

function begin(k0: u64, k1: u64): void {
  v0 = k0 ^ 0x736f_6d65_7073_6575;
  v1 = k1 ^ 0x646f_7261_6e64_6f6d;
  v2 = k0 ^ 0x6c79_6765_6e65_7261;
  v3 = k1 ^ 0x7465_6462_7974_6573;
}

function mix(word: u64): void {
  v3 ^= word;
  round();
  v0 ^= word;
}

function end(): u64 {
  v2 ^= 0xff;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** The hash in `map` of a key in hand (key.ts). O(length). */
export function hashOf(map: usize, s0: u64, s1: u64, length: u32, at: usize): u64 {
  if (isDefined(GATED)) return nibbles(s0);
  begin(get64(map + MAP_KEY), get64(map + MAP_KEY + 8)); // Frozen.
  const whole = length >> 3;
  if (whole > 0) mix(s0);
  if (whole > 1) mix(s1);
  for (let i: u32 = 2; i < whole; i++) mix(sliceAt(at, i, length));
  let last: u64 = (<u64>length & 0xff) << 56;
  if ((length & 7) != 0) {
    last |= (whole == 0 ? s0 : whole == 1 ? s1 : sliceAt(at, whole, length)) >> 8;
  }
  mix(last);
  return end();
}

function nibbles(slice: u64): u64 {
  let hash: u64 = 0;
  for (let i: u64 = 0; i < 8; i++) {
    hash |= ((slice >> (56 - (i << 3))) & 15) << (60 - (i << 2));
  }
  return hash;
}

/** Half of a map's key: of the arena's seed, for this life of the entry. */
export function keyFor(entry: u32, generation: u32, half: u64): u64 {
  begin(get64(H_SEED), get64(H_SEED + 8)); // Frozen.
  mix(((<u64>entry) << 32) | generation);
  mix(half);
  return end();
}
