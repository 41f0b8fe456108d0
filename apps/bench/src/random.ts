/** A seeded generator of 32-bit numbers (Mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** 0 to `size` − 1 in an order that the seed decides. */
export function shuffled(size: number, seed: number): Uint32Array {
  const next = generator(seed);
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  for (let i = size - 1; i > 0; i--) {
    const j = next() % (i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

/** 0 to `size` − 1 in order. */
export function ascending(size: number): Uint32Array {
  return Uint32Array.from({ length: size }, (_, i) => i);
}

const KEY_BYTES = 16;
const PREFIX = 'user:';

/**
 * The key of each number: `user:` and eleven digits. Each call makes new strings, flat ones as a
 * parser or a socket gives them: a string that `+` has just made would be flattened on first use,
 * and one that was inserted before would bring its cached hash along.
 */
export function keysOf(order: Uint32Array): string[] {
  const bytes = Buffer.alloc(KEY_BYTES, '0');
  bytes.write(PREFIX, 0, 'latin1');
  const keys = new Array<string>(order.length);
  for (let i = 0; i < order.length; i++) {
    let rest = order[i]!;
    for (let at = KEY_BYTES - 1; at >= PREFIX.length; at--) {
      bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    keys[i] = bytes.toString('latin1');
  }
  return keys;
}

/** The next state of a checksum that depends on order. */
export function mix(sum: number, value: number): number {
  return (Math.imul(sum, 31) + value) | 0;
}
