// The simulated machine's memory: the shared words themselves, what the kernel's marks say about
// them (live, free), the image every run starts from, and which parts a run has changed, so that
// going back and hashing cost only what was touched.

import type { Thread, World } from './structure.ts';

export const LIVE = 1;
export const FREE = 2;
/** Handed out, but no part of it that its owner uses. */
export const ROOM = 3;
const STATES = ['unmarked', 'live', 'free', 'room'] as const;
type State = (typeof STATES)[number];
/** By state: whether nobody may touch it, and whether somebody has it. */
const SHUT = [false, false, true, true];
const TAKEN = [false, true, false, true];

/** Bytes of a block of the dirty map. */
const BLOCK_SHIFT = 9;
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
  private readonly image: Uint8Array;
  private readonly shadowImage: Uint8Array;
  private readonly shadowWords: Int32Array;
  /** Blocks changed since the image. */
  private readonly dirty: Uint8Array;
  private readonly dirtyList: Int32Array;
  private dirtyCount = 0;
  /** Sum of the hashes of all blocks of the image, and of each block, in two lanes. */
  private readonly blockHash: Int32Array;
  private imageHash = new Int32Array(2);
  private shadowChanged = false;
  /** Words or marks may have changed since somebody set this to false. */
  changed = true;
  private shadowHigh = 0;
  private readonly mixed = new Int32Array(2);

  /** A new memory, or another thread's view of one. */
  constructor(pages: number, of?: { memory: WebAssembly.Memory; shadow: SharedArrayBuffer }) {
    this.memory =
      of?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    this.bytes = pages * 65536;
    this.u8 = new Uint8Array(this.memory.buffer, 0, this.bytes);
    this.i32 = new Int32Array(this.memory.buffer, 0, this.bytes >> 2);
    this.view = new DataView(this.memory.buffer, 0, this.bytes);
    this.shadow = new Uint8Array(of?.shadow ?? new SharedArrayBuffer(this.bytes >> CELL_SHIFT));
    this.shadowWords = new Int32Array(this.shadow.buffer);
    this.image = new Uint8Array(this.bytes);
    this.shadowImage = new Uint8Array(this.shadow.length);
    const blocks = this.bytes >> BLOCK_SHIFT;
    this.dirty = new Uint8Array(blocks);
    this.dirtyList = new Int32Array(blocks);
    this.blockHash = new Int32Array(blocks * 2);
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
    const last = (at + bytes - 1) >>> BLOCK_SHIFT;
    for (let block = at >>> BLOCK_SHIFT; block <= last; block++) {
      if (this.dirty[block] === 0) {
        this.dirty[block] = 1;
        this.dirtyList[this.dirtyCount++] = block;
      }
    }
  }

  state(at: number): State {
    return STATES[this.shadow[at >>> CELL_SHIFT]!]!;
  }

  mark(kind: 'live' | 'free' | 'unmarked', at: number, bytes: number): void {
    this.setState(STATES.indexOf(kind), at, bytes);
  }

  setState(state: number, at: number, bytes: number): void {
    const end = (at + bytes + 7) >>> CELL_SHIFT;
    this.shadow.fill(state, at >>> CELL_SHIFT, end);
    if (end > this.shadowHigh) this.shadowHigh = end;
    this.shadowChanged = true;
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
    this.image.set(this.u8);
    this.shadowImage.set(this.shadow);
    this.dirty.fill(0);
    this.dirtyCount = 0;
    this.shadowChanged = false;
    this.imageHash.fill(0);
    for (let block = 0; block < this.dirty.length; block++) {
      this.hashBlock(block, this.mixed);
      this.blockHash[block * 2] = this.mixed[0]!;
      this.blockHash[block * 2 + 1] = this.mixed[1]!;
      this.imageHash[0]! += this.mixed[0]!;
      this.imageHash[1]! += this.mixed[1]!;
    }
  }

  /** Goes back to the image. */
  restore(): void {
    for (let n = 0; n < this.dirtyCount; n++) {
      const block = this.dirtyList[n]!;
      this.dirty[block] = 0;
      const at = block << BLOCK_SHIFT;
      const end = at + (1 << BLOCK_SHIFT);
      this.u8.set(this.image.subarray(at, end), at);
    }
    this.dirtyCount = 0;
    if (this.shadowChanged) {
      this.shadow.set(this.shadowImage.subarray(0, this.shadowHigh));
      this.shadowChanged = false;
    }
  }

  /** Goes back to the image after real threads have written: nobody noted what they changed. */
  restoreAll(): void {
    this.u8.set(this.image);
    this.shadow.set(this.shadowImage);
    this.shadowHigh = this.shadow.length;
    this.dirty.fill(0);
    this.dirtyCount = 0;
    this.shadowChanged = true;
  }

  /** After `restore`: the offset of a byte that was written past `write`, or -1. */
  strayWrite(): number {
    for (let at = 0; at < this.bytes; at++) if (this.u8[at] !== this.image[at]) return at;
    return -1;
  }

  /** Adds a hash of the memory and of the marks to the two lanes of `into`. */
  hash(into: Int32Array): void {
    let a = this.imageHash[0]!;
    let b = this.imageHash[1]!;
    for (let n = 0; n < this.dirtyCount; n++) {
      const block = this.dirtyList[n]!;
      this.hashBlock(block, this.mixed);
      a += this.mixed[0]! - this.blockHash[block * 2]!;
      b += this.mixed[1]! - this.blockHash[block * 2 + 1]!;
    }
    const words = (this.shadowHigh + 3) >> 2;
    for (let n = 0; n < words; n++) {
      const word = this.shadowWords[n]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul((b + word) | 0, 0x85ebca6b);
      b ^= b >>> 13;
    }
    into[0] = Math.imul(into[0]! ^ a, 0xc2b2ae35);
    into[1] = Math.imul(into[1]! ^ b, 0x27d4eb2f);
  }

  private hashBlock(block: number, into: Int32Array): void {
    const words = this.i32;
    let a = Math.imul(block + 1, 0x9e3779b1);
    let b = Math.imul(block + 1, 0x85ebca6b);
    const end = ((block + 1) << BLOCK_SHIFT) >> 2;
    for (let n = (block << BLOCK_SHIFT) >> 2; n < end; n++) {
      const word = words[n]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul((b + word) | 0, 0x85ebca6b);
      b ^= b >>> 13;
    }
    into[0] = a;
    into[1] = b;
  }
}
