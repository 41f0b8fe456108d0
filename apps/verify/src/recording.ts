// The steps of one run, kept for printing and for real threads.

import type { Arena } from './arena.ts';
import { PLAIN_LOAD } from './ops.ts';
import type { VirtualThread } from './thread.ts';

export interface Row {
  thread: number;
  call: string;
  /** Step of the operation, from 1; 0 for a plain access. */
  step: number;
  site: number;
  op: number;
  at: number;
  width: number;
  before: bigint;
  after: bigint;
  /** A line of its own: a death, a result. */
  note?: string;
  death?: boolean;
}

export class Recording {
  rows: Row[] = [];
  private readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** An access that is about to be made. */
  note(t: VirtualThread, site: number, op: number, at: number, width: number): void {
    this.settle();
    const before = this.value(at, width);
    const step = (op & 15) >= PLAIN_LOAD ? 0 : t.opSteps;
    this.rows.push({
      thread: t.id,
      call: t.opName,
      step,
      site,
      op: op & 15,
      at,
      width,
      before,
      after: before,
    });
  }

  /** A line of its own. */
  remark(t: VirtualThread, note: string, death = false): void {
    this.settle();
    this.rows.push({
      thread: t.id,
      call: t.opName,
      step: 0,
      site: -1,
      op: 0,
      at: 0,
      width: 0,
      before: 0n,
      after: 0n,
      note,
      death,
    });
  }

  /** The last row's access has been made by now. */
  settle(): void {
    const row = this.rows[this.rows.length - 1];
    if (row !== undefined && row.note === undefined) row.after = this.value(row.at, row.width);
  }

  private value(at: number, width: number): bigint {
    const { view, bytes } = this.arena;
    if (at + width > bytes) return 0n;
    if (width === 1) return BigInt(view.getUint8(at));
    if (width === 4) return BigInt(view.getUint32(at, true));
    return width >= 8 && at + 8 <= bytes ? view.getBigUint64(at, true) : 0n;
  }
}
