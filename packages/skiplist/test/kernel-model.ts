// What the kernel is compared with: lists of versions in plain arrays, and a seeded generator.

import type { Found, Op, Range, Row } from './kernel-harness.ts';

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** splitmix32: the same numbers for the same seed. */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 0;
  }
  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }
  below(n: number): number {
    return this.next() % n;
  }
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

interface Version {
  key: Uint8Array;
  value: Uint8Array | undefined;
  seq: bigint;
  list: number;
}

const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');

/** All versions, in the order they came. */
export class Model {
  lists = [1];
  private versions: Version[] = [];

  get active(): number {
    return this.lists.at(-1)!;
  }

  copy(): Model {
    const other = new Model();
    other.lists = [...this.lists];
    other.versions = [...this.versions];
    return other;
  }

  write(key: Uint8Array, value: Uint8Array | undefined, seq: bigint): void {
    this.versions.push({ key, value, seq, list: this.active });
  }

  seal(): number {
    this.lists.push(this.active + 1);
    return this.active - 1;
  }

  destroy(id: number): void {
    this.lists = this.lists.filter((list) => list !== id);
    this.versions = this.versions.filter((version) => version.list !== id);
  }

  /** The state of one list alone. */
  only(id: number): Model {
    const other = this.copy();
    other.versions = other.versions.filter((version) => version.list === id);
    return other;
  }

  /** The state as of a number. */
  at(seq: bigint): Model {
    const other = this.copy();
    other.versions = other.versions.filter((version) => version.seq <= seq);
    return other;
  }

  get count(): number {
    return this.versions.length;
  }

  get live(): number {
    return this.scan({}).length;
  }

  entry(key: Uint8Array): Found | undefined {
    const found = this.versions.findLast((version) => compareBytes(version.key, key) === 0);
    return found && { value: found.value, seq: found.seq, tombstone: found.value === undefined };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.entry(key)?.value;
  }

  scan(range: Range): Row[] {
    const flags = range.flags ?? 0;
    const reverse = (flags & 1) !== 0;
    let rows: Row[] = this.versions.map(({ key, value, seq }) => ({
      key,
      value,
      seq,
      tombstone: value === undefined,
    }));
    rows.sort((a, b) => compareBytes(a.key, b.key) || (a.seq < b.seq ? 1 : -1));
    if ((flags & 2) === 0) {
      const seen = new Set<string>();
      rows = rows.filter(({ key }) => !seen.has(hex(key)) && seen.add(hex(key)));
    }
    if ((flags & 4) === 0) rows = rows.filter((row) => !row.tombstone);
    if ((flags & (8 | 16)) !== 0) rows = rows.map((row) => ({ ...row, value: undefined }));
    if (reverse) rows.reverse();
    const sign = reverse ? -1 : 1;
    return rows.filter(({ key }) => {
      const fromStart = range.start ? compareBytes(key, range.start) * sign : 1;
      const toEnd = range.end ? compareBytes(key, range.end) * sign : -1;
      return (
        (range.startOpen ? fromStart > 0 : fromStart >= 0) &&
        (range.endOpen ? toEnd < 0 : toEnd <= 0)
      );
    });
  }

  /** What a batch does, and which of its inserts fail. */
  batch(ops: Op[], seq: bigint): boolean[] {
    const last = new Map<string, Op>();
    const failed = ops.map((op) => {
      const before = last.get(hex(op.key));
      const live = before ? before.kind !== 2 : this.get(op.key) !== undefined;
      if (op.kind === 1 && live) return true;
      last.set(hex(op.key), op);
      return false;
    });
    for (const op of last.values()) {
      this.write(op.key, op.kind === 2 ? undefined : (op.value ?? new Uint8Array()), seq);
    }
    return failed;
  }
}
