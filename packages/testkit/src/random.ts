// Chance that can be repeated, for tests and for their workers.

/** A small seeded generator of numbers from 0 to `below` - 1 (mulberry32). */
export function random(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The numbers 0 to `count` - 1 in a random order. */
export function shuffled(count: number, seed: number): number[] {
  const below = random(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = below(i + 1);
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}

/** `user:` and eleven digits: 16 bytes. */
export const userKey = (n: number): string => `user:${String(n).padStart(11, '0')}`;
