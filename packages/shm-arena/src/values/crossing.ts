// The scratch block of this thread's slot: what the host packs for a call of a kernel, and what the
// kernel leaves for the host. Keys and values pass through it by ports (ports.ts).
//
//     at           at + 64         outAt                      at + bytes - reserved
//     | result, 64 | packed by the host ──► | room for the kernel's output | the kernels' own |
//                                  cursor
//
// The block belongs to the slot, so every structure and every copy of this package in a thread
// shares it. `SharedScratch` is their common record of it; each crossing looks there in `begin`.

import type { ArenaMemory } from '../api.ts';
import { PAGE_BYTES } from '../ground/kernel.ts';
import { allocate } from './encoding.ts';
import { writeShared, writeText } from './text.ts';

/** What every copy of the package in a thread knows of the slot's scratch block. */
export interface SharedScratch {
  /** Offset from the arena's start, unsigned. */
  at: number;
  bytes: number;
}

/** The arena as a crossing needs it. */
export interface ScratchOwner {
  readonly memory: ArenaMemory;
  readonly scratch: SharedScratch;
  /**
   * Replaces the block by one of at least `bytes` bytes and updates `scratch`. Throws ARENA_FULL.
   */
  stage(bytes: number): void;
  /** Replaces a larger block by one of the first size and updates `scratch`. */
  unstage(): void;
}

/** The result block at the start of scratch. */
export const RESULT_BYTES = 64;

/** Calls for which a larger scratch block is kept after one that needed it. */
const LINGER = 256;

/** Private memory that is kept: up to here, and at least so much. */
const MOST_KEPT = 2 ** 20;
const LEAST_KEPT = 4096;
const NO_BYTES = new Uint8Array(0);

/** Registers that hold an offset into scratch, moved when scratch is. */
interface Movable {
  move(from: number, to: number): void;
}

/** Scratch of one thread in one arena, as one copy of this package sees it. */
export class Crossing {
  /** Scratch as bytes; index 0 is its start. Replaced when scratch moves: do not keep. */
  view: Uint8Array = new Uint8Array(0);
  /** The same as words: `words[0]` to `words[15]` are the result of the last call. */
  words: Int32Array = new Int32Array(0);
  /** The offset of `view[0]` from the arena's start, unsigned. */
  at = 0;
  /** Index in `view` of the first byte that is not packed. */
  cursor = RESULT_BYTES;
  /** Bytes of the last text that was packed. */
  written = 0;
  /** Private memory for what platform functions and codecs write and read; see `room`. */
  buffer: Uint8Array<ArrayBuffer> = NO_BYTES;
  /** Raised by each `begin`; tells when user code came in between. */
  turn = 0;
  readonly #owner: ScratchOwner;
  readonly #shared: SharedScratch;
  readonly #movables = new Set<WeakRef<Movable>>();
  #sweepAt = 64;
  #linger = 0;
  /** Whether scratch was made larger here, and has not been made smaller since. */
  #staged = false;
  /** How many have put aside what is packed: meanwhile scratch stays where it is. */
  #saved = 0;
  #reserved = 0;
  #limit = 0;

  constructor(owner: ScratchOwner) {
    this.#owner = owner;
    this.#shared = owner.scratch;
    this.#look();
  }

  /**
   * Keeps the last `bytes` bytes of scratch for a kernel's own use; the most that one asked for.
   */
  reserve(bytes: number): void {
    this.#reserved = Math.max(this.#reserved, bytes);
    this.#look();
  }

  /** Bytes of scratch that no kernel keeps for its own use. */
  get bytes(): number {
    return this.#limit;
  }

  /** Index in `view` of the room for the kernel's output, 8-aligned. */
  get out(): number {
    return (this.cursor + 7) & -8;
  }

  /** The offset of that room, as an i32. */
  get outAt(): number {
    return (this.at + this.out) | 0;
  }

  /** Bytes of that room. */
  get outBytes(): number {
    return this.#limit - this.out;
  }

  /** Begins a call: nothing is packed yet. */
  begin(): void {
    this.turn++;
    this.cursor = RESULT_BYTES;
    const { at, bytes } = this.#shared;
    if (at !== this.at || bytes !== this.view.length) this.#look();
    if (this.#linger > 0 && this.#saved === 0 && --this.#linger === 0) this.#shrink();
  }

  /** Lets go of a larger scratch block now: what comes next needs none, as far as anybody knows. */
  trim(): void {
    this.begin();
    if (this.#linger > 0 && this.#saved === 0) this.#shrink();
  }

  #shrink(): void {
    const { at } = this;
    this.#owner.unstage();
    this.#look();
    this.#letGo(this.buffer);
    if (this.at !== at) this.#staged = false;
    // The usual block is taken before the larger one goes: where there is no memory, later again.
    this.#linger = this.#staged ? LINGER : 0;
  }

  /** Index in `view` of `bytes` bytes, 8-aligned; they count as packed. */
  take(bytes: number): number {
    const from = (this.cursor + 7) & -8;
    if (from + bytes > this.#limit) this.#stage(from + bytes);
    this.cursor = from + bytes;
    return from;
  }

  /** Makes room for at least `bytes` bytes of output; what is packed stays packed. */
  need(bytes: number): void {
    const end = this.out + bytes;
    if (end > this.#limit) this.#stage(end);
  }

  /**
   * A copy of what is packed; `restore` brings it back, to the same offsets, after other calls were
   * made that packed no more than fits.
   */
  save(): Uint8Array {
    this.#saved++;
    return this.view.slice(0, this.cursor);
  }

  restore(packed: Uint8Array): void {
    this.#saved--;
    this.view.set(packed);
    this.cursor = packed.length;
  }

  /**
   * Private memory of at least `bytes` bytes; its content is gone. More than 1 MiB is kept until
   * the end of the turn, or as long as a larger scratch block in a thread whose turns do not end.
   */
  room(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.buffer.length >= bytes) return this.buffer;
    if (bytes * 2 <= MOST_KEPT) {
      this.buffer = new Uint8Array(Math.max(bytes * 2, LEAST_KEPT));
    } else {
      const large = allocate(bytes);
      this.buffer = large;
      this.#linger = LINGER;
      queueMicrotask(() => this.#letGo(large));
    }
    return this.buffer;
  }

  /** The same for somebody else's code: until it is taken back, nobody else gets this memory. */
  lend(bytes: number): Uint8Array<ArrayBuffer> {
    const buffer = this.room(bytes);
    this.buffer = NO_BYTES;
    return buffer;
  }

  /** What is not taken back, because something was thrown, is let go. */
  takeBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length <= MOST_KEPT) this.buffer = buffer;
  }

  #letGo(buffer: Uint8Array): void {
    if (this.buffer === buffer && buffer.length > MOST_KEPT) this.buffer = NO_BYTES;
  }

  /** Packs bytes and returns their index in `view`. */
  put(source: Uint8Array, from: number, length: number): number {
    const at = this.take(length);
    this.copyIn(source, from, length, at);
    return at;
  }

  /** Packs text as UTF-8; returns its index in `view`, and leaves its length in `written`. */
  putText(text: string): number {
    const at = (this.cursor + 7) & -8;
    this.written = writeShared(text, this.view, this.words, at, this.#limit - at);
    if (this.written >= 0) {
      this.cursor = at + this.written;
      return at;
    }
    const buffer = this.room(text.length * 3);
    this.written = writeText(text, buffer, 0);
    return this.put(buffer, 0, this.written);
  }

  /** Copies bytes to `view[at]`, which was taken before. */
  copyIn(source: Uint8Array, from: number, length: number, at: number): void {
    const { view } = this;
    if (length <= 32) {
      for (let i = 0; i < length; i++) view[at + i] = source[from + i]!;
    } else {
      view.set(source.subarray(from, from + length), at);
    }
  }

  /** Notes a port that has to follow when scratch moves, and forgets those that are gone. */
  follow(port: Movable): void {
    if (this.#movables.size >= this.#sweepAt) {
      for (const each of this.#movables)
        if (each.deref() === undefined) this.#movables.delete(each);
      this.#sweepAt = Math.max(64, this.#movables.size * 2);
    }
    this.#movables.add(new WeakRef(port));
  }

  /** Gets a larger scratch; what is packed moves with it. */
  #stage(bytes: number): void {
    const packed = this.view.slice(0, this.cursor);
    const before = this.at;
    this.#owner.stage(bytes + this.#reserved + PAGE_BYTES);
    this.#look();
    this.#linger = LINGER;
    this.#staged = true;
    this.view.set(packed);
    for (const reference of this.#movables) {
      const movable = reference.deref();
      if (movable === undefined) this.#movables.delete(reference);
      else movable.move(before, this.at);
    }
  }

  #look(): void {
    const { at, bytes } = this.#shared;
    this.at = at;
    this.view = new Uint8Array(this.#owner.memory.buffer, at, bytes);
    this.words = new Int32Array(this.#owner.memory.buffer, at, bytes >> 2);
    this.#limit = bytes - this.#reserved;
  }
}
