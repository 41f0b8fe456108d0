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
  const order = ascending(size);
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

const ZIPF = 0.99;

/**
 * Ranks 0 to `count` − 1, of which few are drawn often: by Zipf's law with YCSB's exponent, from
 * the generator's numbers. Which key has which rank is the caller's to say.
 */
export function zipf(count: number, next: () => number): () => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) upTo[rank] = sum += (rank + 1) ** -ZIPF;
  return () => {
    const wanted = (next() / 2 ** 32) * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const half = (low + high) >> 1;
      if (upTo[half]! < wanted) low = half + 1;
      else high = half;
    }
    return low;
  };
}

const MOST_DIGITS = 11;

/**
 * A text of so many bytes for each number: the prefix, and the number in digits. Each call makes
 * new strings, flat ones as a parser or a socket gives them: a string that `+` has just made would
 * be flattened on first use.
 */
export function textsOf(order: ArrayLike<number>, prefix: string, length: number): string[] {
  const bytes = Buffer.alloc(length, '0');
  bytes.write(prefix, 0, 'latin1');
  const texts = new Array<string>(order.length);
  for (let i = 0; i < order.length; i++) {
    let rest = order[i]!;
    for (let at = length - 1; at >= length - MOST_DIGITS; at--) {
      bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    texts[i] = bytes.toString('latin1');
  }
  return texts;
}

/**
 * The key of each number: `user:` and eleven digits. A key that is asked for is never the string
 * that was inserted, which would bring its cached hash along.
 */
export function keysOf(order: Uint32Array): string[] {
  return textsOf(order, 'user:', 16);
}

/** The next state of a checksum that depends on order. */
export function mix(sum: number, value: number): number {
  return (Math.imul(sum, 31) + value) | 0;
}
