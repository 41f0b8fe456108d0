// The race detector: a vector clock for each thread and each atomic word. An atomic write that an
// atomic read reads from orders what came before the one before what comes after the other; a plain
// access that is not ordered to another thread's access of the same word (one of the two a write)
// is a race, and so is a word used with two widths. Words are 4 bytes here: two threads that
// write different bytes of one word count as racing.
//
// A store replaces the word's clock (who reads it synchronizes with that store alone), a
// read-modify-write joins it; a compare-and-set releases only when the word has changed.

import { ADD, CAS, LOAD, STORE } from './ops.ts';

const READ = 0; // plain read
const WRITE = 1; // plain write
const ATOMIC_READ = 2;
const ATOMIC_WRITE = 3;
const RELEASED = 4; // what a reader of the word gets
const KINDS = 5;
const NAMES = ['plain read', 'plain write', 'atomic read', 'atomic write'];

interface Race {
  at: number;
  here: string;
  there: string;
  thread: number;
  other: number;
  site: number;
  otherSite: number;
  /** Two widths on one word, ordered or not. */
  mixed: boolean;
}

export class RaceDetector {
  private readonly threads: number;
  /** clocks[t * threads + u]: what t knows of u. */
  private readonly clocks: Int32Array;
  private run = 0;
  private capacity = 0;
  /** Run in which a word's rows were last reset. */
  private stamp = new Int32Array(0);
  /** The only thread that has touched the word, or -1. */
  private owner = new Int8Array(0);
  private width = new Uint8Array(0);
  private widthSite = new Int32Array(0);
  private widthThread = new Int8Array(0);
  /**
   * [word][kind][thread]: clock of the last such access, and its site; in place of a fifth kind the
   * clock that a reader of the word gets.
   */
  private rows = new Int32Array(0);
  private sites = new Int32Array(0);
  found: Race | null = null;

  constructor(threads: number) {
    this.threads = threads;
    this.clocks = new Int32Array(threads * threads);
  }

  /** Forgets everything: a new run starts. */
  reset(): void {
    this.run++;
    this.clocks.fill(0);
    for (let t = 0; t < this.threads; t++) this.clocks[t * this.threads + t] = 1;
    this.found = null;
  }

  /** What `from` did so far comes before what `to` does next (a death told by the host, an end). */
  order(from: number, to: number): void {
    const n = this.threads;
    for (let u = 0; u < n; u++) {
      const clock = this.clocks[from * n + u]!;
      if (clock > this.clocks[to * n + u]!) this.clocks[to * n + u] = clock;
    }
    this.clocks[from * n + from]!++;
  }

  /** The block's words may be used with another width from now on. */
  forgetWidths(at: number, bytes: number): void {
    const end = Math.min((at + bytes + 3) >>> 2, this.capacity);
    for (let word = at >>> 2; word < end; word++) this.width[word] = 0;
  }

  /** An atomic access by `t`; false when it races (then `found` says how). */
  atomic(t: number, op: number, at: number, width: number, site: number): boolean {
    const first = at >>> 2;
    const writes = op !== LOAD;
    const words = width >>> 2;
    for (let word = first; word < first + words; word++) {
      this.visit(word, t);
      const used = this.width[word]!;
      if (used !== 0 && used !== width) {
        return this.race(
          word,
          t,
          this.widthThread[word]!,
          site,
          this.widthSite[word]!,
          `atomic access of ${width} bytes`,
          `atomic access of ${used} bytes`,
          true,
        );
      }
      this.width[word] = width;
      this.widthSite[word] = site;
      this.widthThread[word] = t;
      if (this.owner[word] === -1) {
        if (!this.ordered(word, t, WRITE, site, writes ? ATOMIC_WRITE : ATOMIC_READ)) return false;
        if (writes && !this.ordered(word, t, READ, site, ATOMIC_WRITE)) return false;
      }
      this.note(word, t, writes ? ATOMIC_WRITE : ATOMIC_READ, site);
      if (writes && op !== STORE) this.note(word, t, ATOMIC_READ, site);
    }
    if (op !== STORE) this.acquire(first, t);
    if (op >= STORE && op < CAS) this.release(first, t, op >= ADD);
    return true;
  }

  /** The compare-and-set that `t` did last has changed its word. */
  changed(t: number, at: number): void {
    this.release(at >>> 2, t, true);
  }

  /** A plain access of `bytes` bytes by `t`; false when it races. */
  plain(t: number, store: boolean, at: number, bytes: number, site: number): boolean {
    const kind = store ? WRITE : READ;
    const end = (at + bytes + 3) >>> 2;
    for (let word = at >>> 2; word < end; word++) {
      this.visit(word, t);
      if (this.owner[word] === -1) {
        if (!this.ordered(word, t, WRITE, site, kind)) return false;
        if (!this.ordered(word, t, ATOMIC_WRITE, site, kind)) return false;
        if (store && !this.ordered(word, t, READ, site, kind)) return false;
        if (store && !this.ordered(word, t, ATOMIC_READ, site, kind)) return false;
      }
      this.note(word, t, kind, site);
    }
    return true;
  }

  private visit(word: number, t: number): void {
    if (word >= this.capacity) this.grow(word);
    if (this.stamp[word] !== this.run) {
      this.stamp[word] = this.run;
      this.owner[word] = t;
      this.width[word] = 0;
      const row = KINDS * this.threads;
      for (let i = word * row, end = i + row; i < end; i++) this.rows[i] = 0;
    } else if (this.owner[word] !== t) {
      this.owner[word] = -1;
    }
  }

  private note(word: number, t: number, kind: number, site: number): void {
    const n = this.threads;
    const index = (word * KINDS + kind) * n + t;
    this.rows[index] = this.clocks[t * n + t]!;
    this.sites[index] = site;
  }

  /** Whether all accesses of `kind` to `word` by others come before `t`'s next step. */
  private ordered(word: number, t: number, kind: number, site: number, mine: number): boolean {
    const n = this.threads;
    const row = (word * KINDS + kind) * n;
    for (let u = 0; u < n; u++) {
      if (u !== t && this.rows[row + u]! > this.clocks[t * n + u]!) {
        return this.race(word, t, u, site, this.sites[row + u]!, NAMES[mine]!, NAMES[kind]!);
      }
    }
    return true;
  }

  private acquire(word: number, t: number): void {
    const n = this.threads;
    const row = (word * KINDS + RELEASED) * n;
    for (let u = 0; u < n; u++) {
      const clock = this.rows[row + u]!;
      if (clock > this.clocks[t * n + u]!) this.clocks[t * n + u] = clock;
    }
  }

  private release(word: number, t: number, join: boolean): void {
    const n = this.threads;
    const row = (word * KINDS + RELEASED) * n;
    for (let u = 0; u < n; u++) {
      const clock = this.clocks[t * n + u]!;
      if (!join || clock > this.rows[row + u]!) this.rows[row + u] = clock;
    }
    this.clocks[t * n + t]!++;
  }

  private race(
    word: number,
    thread: number,
    other: number,
    site: number,
    otherSite: number,
    here: string,
    there: string,
    mixed = false,
  ): false {
    this.found = { at: word * 4, here, there, thread, other, site, otherSite, mixed };
    return false;
  }

  private grow(word: number): void {
    const capacity = Math.max(4096, this.capacity * 2, word + 1);
    const larger = <T extends Int32Array | Int8Array | Uint8Array>(old: T, length: number): T => {
      const fresh = new (old.constructor as new (n: number) => T)(length);
      fresh.set(old);
      return fresh;
    };
    this.stamp = larger(this.stamp, capacity);
    this.owner = larger(this.owner, capacity);
    this.width = larger(this.width, capacity);
    this.widthSite = larger(this.widthSite, capacity);
    this.widthThread = larger(this.widthThread, capacity);
    this.rows = larger(this.rows, capacity * KINDS * this.threads);
    this.sites = larger(this.sites, capacity * KINDS * this.threads);
    this.capacity = capacity;
  }
}
