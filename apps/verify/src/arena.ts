// The simulated machine's memory: the shared words themselves, and what the kernel's marks say
// about them (live, free).

import type { Thread, World } from './structure.ts';
import { type Lanes, Tracked } from './tracked.ts';

export const LIVE = 1;
export const FREE = 2;
/** Handed out, but no part of it that its owner uses. */
export const ROOM = 3;
const STATES = ['unmarked', 'live', 'free', 'room'] as const;
type State = (typeof STATES)[number];
/** By state: whether nobody may touch it, and whether somebody has it. */
const SHUT = [false, false, true, true];
const TAKEN = [false, true, false, true];

/** Bytes of a cell of the shadow. */
const CELL_SHIFT = 3;

export class Arena implements World {
  readonly memory: WebAssembly.Memory;
  readonly bytes: number;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly view: DataView;
  /** State of each 8 bytes: 0 (nobody marked it), LIVE, FREE, ROOM. */
  readonly shadow: Uint8Array;
  threads: readonly Thread[] = [];
  private readonly words: Tracked;
  private readonly marks: Tracked;
  /** Words or marks may have changed since somebody set this to false. */
  changed = true;
  private shadowHigh = 0;

  /** A new memory, or another thread's view of one. */
  constructor(pages: number, of?: { memory: WebAssembly.Memory; shadow: SharedArrayBuffer }) {
    this.memory =
      of?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    this.bytes = pages * 65536;
    this.u8 = new Uint8Array(this.memory.buffer, 0, this.bytes);
    this.i32 = new Int32Array(this.memory.buffer, 0, this.bytes >> 2);
    this.view = new DataView(this.memory.buffer, 0, this.bytes);
    this.shadow = new Uint8Array(of?.shadow ?? new SharedArrayBuffer(this.bytes >> CELL_SHIFT));
    this.words = new Tracked(this.u8);
    this.marks = new Tracked(this.shadow);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  u64(at: number): bigint {
    return this.view.getBigUint64(at, true);
  }

  write(at: number, bytes: Uint8Array): void {
    this.touch(at, bytes.length);
    this.u8.set(bytes, at);
  }

  /** Notes that `bytes` bytes at `at` are about to change. */
  touch(at: number, bytes: number): void {
    this.changed = true;
    this.words.touch(at, bytes);
  }

  /** Only that their hash has to be taken again: no invariant is asked. */
  rehash(at: number, bytes: number): void {
    this.words.touch(at, bytes);
  }

  state(at: number): State {
    return STATES[this.shadow[at >>> CELL_SHIFT]!]!;
  }

  mark(kind: 'live' | 'free' | 'unmarked', at: number, bytes: number): void {
    this.setState(STATES.indexOf(kind), at, bytes);
  }

  setState(state: number, at: number, bytes: number): void {
    const first = at >>> CELL_SHIFT;
    const end = (at + bytes + 7) >>> CELL_SHIFT;
    this.marks.touch(first, end - first);
    this.shadow.fill(state, first, end);
    if (end > this.shadowHigh) this.shadowHigh = end;
    this.changed = true;
  }

  /** The first byte of the range that nobody may touch, or -1. */
  findShut(at: number, bytes: number): number {
    return this.find(SHUT, at, bytes);
  }

  /** The first byte of the range that somebody has, or -1. */
  findTaken(at: number, bytes: number): number {
    return this.find(TAKEN, at, bytes);
  }

  private find(states: readonly boolean[], at: number, bytes: number): number {
    const end = (at + bytes + 7) >>> CELL_SHIFT;
    for (let cell = at >>> CELL_SHIFT; cell < end; cell++) {
      if (states[this.shadow[cell]!]!) return cell << CELL_SHIFT;
    }
    return -1;
  }

  live(): { at: number; bytes: number }[] {
    const found: { at: number; bytes: number }[] = [];
    for (let cell = 0; cell < this.shadowHigh; cell++) {
      if (!TAKEN[this.shadow[cell]!]) continue;
      const start = cell;
      while (cell < this.shadowHigh && TAKEN[this.shadow[cell]!]) cell++;
      found.push({ at: start << CELL_SHIFT, bytes: (cell - start) << CELL_SHIFT });
    }
    return found;
  }

  liveBytes(): number {
    let cells = 0;
    for (let cell = 0; cell < this.shadowHigh; cell++) if (TAKEN[this.shadow[cell]!]) cells++;
    return cells << CELL_SHIFT;
  }

  /** Makes the present contents what every run starts from. */
  keep(): void {
    this.words.keep();
    this.marks.keep();
  }

  /** Goes back to that. */
  restore(): void {
    this.words.restore();
    this.marks.restore();
  }

  /** The same after real threads have written: nobody noted what they changed. */
  restoreAll(): void {
    this.words.restoreAll();
    this.marks.restoreAll();
    this.shadowHigh = this.shadow.length;
  }

  /** After `restore`: the offset of a byte that was written past `write`, or -1. */
  strayWrite(): number {
    return this.words.stray();
  }

  /** Adds a hash of the memory and of the marks to `into`. */
  hash(into: Lanes): void {
    this.words.hash(into);
    this.marks.hash(into);
  }
}
