// What a skip list means, in the plainest code: a stack of arrays of versions. The property tests
// compare the real thing with this, operation by operation.

import { byCodePoint, inside, type ModelRange as Range } from '@x/testkit';

export interface ModelVersion<V> {
  key: string;
  seq: bigint;
  tombstone: boolean;
  value?: V;
}

/** What a range covers, and what of it is shown. */
export interface ModelRange extends Range {
  versions?: boolean;
  tombstones?: boolean;
}

export type ModelOperation<V> =
  | { type: 'set' | 'insert'; key: string; value: V }
  | { type: 'delete'; key: string };

/** What a list sees: the versions of the lists given, oldest list first, up to a clock value. */
export class ModelView<V> {
  /** Versions in the order they were written. */
  protected readonly lists: () => readonly ModelVersion<V>[][];
  protected readonly until: () => bigint;

  constructor(lists: () => readonly ModelVersion<V>[][], until: () => bigint) {
    this.lists = lists;
    this.until = until;
  }

  /** The versions of `key`, newest first. */
  history(key: string): ModelVersion<V>[] {
    const found: ModelVersion<V>[] = [];
    for (const list of this.lists()) {
      for (const version of list) {
        if (version.key === key && version.seq <= this.until()) found.unshift(version);
      }
    }
    return found;
  }

  getEntry(key: string): ModelVersion<V> | undefined {
    return this.history(key)[0];
  }

  get(key: string): V | undefined {
    return this.getEntry(key)?.value;
  }

  /** All that `range` shows, in its order. */
  versions(range: ModelRange = {}): ModelVersion<V>[] {
    const keys = new Set(this.lists().flatMap((list) => list.map((version) => version.key)));
    const sorted = [...keys].filter((key) => inside(key, range)).sort(byCodePoint);
    const shown = sorted.flatMap((key) => {
      const history = this.history(key).slice(0, range.versions ? undefined : 1);
      return history.filter((version) => range.tombstones || !version.tombstone);
    });
    if (range.reverse) shown.reverse();
    return shown.slice(0, range.limit);
  }

  entries(range: ModelRange = {}): [string, V][] {
    return this.versions({ ...range, versions: false, tombstones: false }).map((version) => [
      version.key,
      version.value as V,
    ]);
  }

  get size(): number {
    return this.entries().length;
  }
}

/** The whole: lists that are frozen or active, a clock, and the writes. */
export class Model<V> extends ModelView<V> {
  private stack: ModelVersion<V>[][] = [[]];
  private clock = 0n;

  constructor() {
    super(
      () => this.stack,
      () => this.clock,
    );
  }

  get seq(): bigint {
    return this.clock;
  }

  private put(key: string, value: V | undefined, seq: bigint): void {
    const active = this.stack[this.stack.length - 1] as ModelVersion<V>[];
    // Of the operations of one batch on one key, the last one becomes a version.
    const earlier = active.findIndex((version) => version.key === key && version.seq === seq);
    if (earlier >= 0) active.splice(earlier, 1);
    active.push(
      value === undefined ? { key, seq, tombstone: true } : { key, seq, tombstone: false, value },
    );
    if (seq > this.clock) this.clock = seq;
  }

  /** `seq` is the number the real list gave to this write: it must rise. */
  set(key: string, value: V, seq: bigint = this.clock + 1n): void {
    this.put(key, value, seq);
  }

  delete(key: string, seq: bigint = this.clock + 1n): void {
    this.put(key, undefined, seq);
  }

  /** Applies one after the other, all with one sequence number. */
  writeBatch(
    operations: ModelOperation<V>[],
    seq: bigint = this.clock + 1n,
  ): { written: number; failed: { index: number; reason: 'exists' }[] } {
    const failed: { index: number; reason: 'exists' }[] = [];
    operations.forEach((operation, index) => {
      if (operation.type === 'delete') this.put(operation.key, undefined, seq);
      else if (operation.type === 'insert' && this.get(operation.key) !== undefined) {
        failed.push({ index, reason: 'exists' });
      } else this.put(operation.key, operation.value, seq);
    });
    return { written: operations.length - failed.length, failed };
  }

  snapshotAt(seq: bigint): ModelView<V> {
    const lists = [...this.stack];
    return new ModelView(
      () => lists,
      () => seq,
    );
  }

  snapshot(): ModelView<V> {
    return this.snapshotAt(this.clock);
  }

  /** Freezes the active list; the view of it alone. */
  seal(): ModelView<V> {
    const sealed = this.stack[this.stack.length - 1] as ModelVersion<V>[];
    this.stack.push([]);
    return this.viewOf(sealed);
  }

  /** Removes everything, frozen lists too. */
  clear(): void {
    this.stack = [[]];
  }

  private viewOf(list: ModelVersion<V>[]): ModelView<V> {
    return new ModelView(
      () => [list],
      () => 1n << 62n,
    );
  }

  frozen(): ModelView<V>[] {
    return this.stack.slice(0, -1).map((list) => this.viewOf(list));
  }

  /** Takes the frozen list at `index` (oldest first) out. */
  destroyFrozen(index: number): void {
    this.stack = this.stack.filter((_, at) => at !== index);
  }
}
