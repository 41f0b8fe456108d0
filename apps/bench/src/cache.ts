// A model of a processor's caches, for machines that do not let programs read the real counters:
// each level keeps the lines used last, by sets; a line that is in no level comes from memory.
// Inclusive, least recently used, no prefetching, no other tenant: it counts what an operation
// needs, not what a certain processor does.

/** One cache: so many lines of so many bytes, in sets of so many ways. */
export class Cache {
  readonly #shift: number;
  readonly #ways: number;
  readonly #sets: number;
  /** Set by set, the line used last in front; 0 = empty, else line + 1. */
  readonly #lines: Float64Array;

  constructor(bytes: number, lineBytes: number, ways: number) {
    this.#shift = Math.log2(lineBytes);
    this.#ways = ways;
    this.#sets = bytes / lineBytes / ways;
    this.#lines = new Float64Array(this.#sets * ways);
    if (!Number.isInteger(this.#sets) || !Number.isInteger(this.#shift)) {
      throw new RangeError(
        `found ${bytes} bytes in ${ways} ways of ${lineBytes}: expected whole sets`,
      );
    }
  }

  /** Uses the line of an address. Returns whether it was there. */
  touch(at: number): boolean {
    const line = (at >>> this.#shift) + 1;
    const first = (line % this.#sets) * this.#ways;
    const lines = this.#lines;
    let place = first;
    const last = first + this.#ways - 1;
    while (place < last && lines[place] !== line) place++;
    const found = lines[place] === line;
    for (; place > first; place--) lines[place] = lines[place - 1]!;
    lines[first] = line;
    return found;
  }
}

/** How often what was needed. */
interface Touches {
  /** Accesses to shared memory. */
  accesses: number;
  /** Lines that were not in the first level (32 KiB). */
  l1Misses: number;
  /** Lines that were not in the second level (1 MiB). */
  l2Misses: number;
  /** Lines that came from memory: not in the third level (32 MiB). */
  memoryMisses: number;
  /** Pages of 4 KiB whose translation was not among the 3 072 kept. */
  pageMisses: number;
}

const LINE = 64;

/** Caches as server processors of this decade have them. */
export class Hierarchy {
  #l1 = new Cache(2 ** 15, LINE, 8);
  #l2 = new Cache(2 ** 20, LINE, 8);
  #l3 = new Cache(2 ** 25, LINE, 16);
  #pages = new Cache(3 * 2 ** 22, 4096, 12);
  #found: Touches = noTouches();

  /** An access of `bytes` bytes at `at`. */
  access(at: number, bytes: number): void {
    const found = this.#found;
    found.accesses++;
    for (let line = at - (at % LINE); line < at + bytes; line += LINE) {
      if (this.#l1.touch(line)) continue;
      found.l1Misses++;
      if (!this.#pages.touch(line)) found.pageMisses++;
      if (this.#l2.touch(line)) continue;
      found.l2Misses++;
      if (!this.#l3.touch(line)) found.memoryMisses++;
    }
  }

  /** What was counted since the last call. */
  take(): Touches {
    const found = this.#found;
    this.#found = noTouches();
    return found;
  }
}

function noTouches(): Touches {
  return { accesses: 0, l1Misses: 0, l2Misses: 0, memoryMisses: 0, pageMisses: 0 };
}
