/** A small seeded generator of numbers from 0 to `below` - 1 (mulberry32). */
export function random(start: number): (below: number) => number;

/** The numbers 0 to `count` - 1 in a random order. */
export function shuffled(count: number, seed: number): number[];

/** `user:` and eleven digits: 16 bytes. */
export function userKey(n: number): string;
