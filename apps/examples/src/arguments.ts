// What the examples take from the command line.

/** A whole number; fewer than `least` are made `least`. */
export function atLeast(least: number, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new TypeError(`expected a whole number, found ${text}`);
  return Math.max(value, least);
}
