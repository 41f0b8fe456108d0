// Which states were met: a set of 64-bit hashes.

import type { Lanes } from './tracked.ts';

export class Seen {
  private slots: Lanes = new Int32Array(1 << 12);
  private count = 0;

  /** Adds a hash; false when it is there already. */
  add(hash: Lanes): boolean {
    const high = hash[0]! | 1; // 0 is an empty slot's.
    if (!this.put(high, hash[1]!)) return false;
    if (++this.count * 4 > this.slots.length) this.grow();
    return true;
  }

  private put(high: number, low: number): boolean {
    const { slots } = this;
    const mask = slots.length - 2;
    const first = Math.imul(high ^ low, 0x9e3779b1) >>> 6; // The upper bits are mixed best.
    for (let at = first & mask; ; at = (at + 2) & mask) {
      if (slots[at] === 0) {
        slots[at] = high;
        slots[at + 1] = low;
        return true;
      }
      if (slots[at] === high && slots[at + 1] === low) return false;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.put(old[at]!, old[at + 1]!);
    }
  }
}
