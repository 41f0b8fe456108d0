// An arena as a sequence of chunks, and back. Offsets make the content independent of where it
// lies, so loading is copying pages.
//
//   head    'SHMIMAGE' · u32 format · u32 pages · u32 slot that saved · u32 arena protocol
//           u64 hash of these
//   run     u32 first page · u32 pages in the run · u64 hash of what follows · the pages
//   …       pages of zeros (the arena's own too), free pages and scratch blocks are left out
//   tail    u32 ffffffff · u32 runs · u64 hash over the heads of all runs
//
// Every page is read twice, at first for the chunks and once more when the last chunk is out. Equal
// both times, for every page, means that what was given out is what stood there at the moment
// between the two passes (or that it was written and written back). Slots are not compared, nor the
// era clock: readers write there. Loading clears the slots, and any later clock does.
//
// The arena's protocol number stands in the head, so that nothing else of an image of another
// release is read; those of its structures stand in the directory, which is part of the pages.

import {
  CLOCK,
  H_PARTICIPANTS,
  H_TABLE_AT,
  P_CONT,
  P_SCRATCH,
  SLOT_BYTES,
  SLOTS,
} from '../../build/numbers/ground/layout.ts';
import { describe, rangeError, ShmError, typeError } from '../ground/errors.ts';
import { type ArenaKernel, instantiate, kernelBytes, PAGE_BYTES } from '../ground/kernel.ts';
import { arenaProtocol, same } from '../ground/protocol.ts';
import type { Seat } from '../life/seat.ts';

const MAGIC = 'SHMIMAGE';
const FORMAT = 1;
const HEAD_BYTES = 32;
const RUN_HEAD_BYTES = 16;
const TAIL = 0xffff_ffff;
/** Pages in a chunk, at most. */
const CHUNK_PAGES = 16;

/** A 64-bit hash as two words; every step is reversible, so any one changed word shows. */
class Digest {
  low = 0x9e3779b9;
  high = 0x85ebca6b;

  add(words: Uint32Array): void {
    let { low, high } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      low = Math.imul(low ^ word, 0x01000193);
      low = (low << 13) | (low >>> 19);
      high = Math.imul(high + word, 0x85ebca6b) ^ low;
    }
    this.low = low;
    this.high = high;
  }

  static of(words: Uint32Array): Digest {
    const digest = new Digest();
    digest.add(words);
    return digest;
  }

  matches(low: number, high: number): boolean {
    return this.low >>> 0 === low >>> 0 && this.high >>> 0 === high >>> 0;
  }
}

// ── Saving ───────────────────────────────────────────────────────────────────────────────────────

/** Gives out the image; throws ARENA_BUSY at the end if anything was written meanwhile. */
export async function* saveImage(seat: Seat): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { kernel, memory } = seat;
  const pages = memory.buffer.byteLength / PAGE_BYTES;
  const source = new PageSource(memory);
  const before = new Map<number, Digest>();
  const runs = new Digest();
  let count = 0;
  yield head(pages, seat.slot, arenaProtocol(kernel));
  checkSaver(seat);
  for (let next = source.nextSaved(kernel, 0); next < pages; checkSaver(seat)) {
    const first = next;
    let length = 0;
    do next = source.nextSaved(kernel, first + ++length);
    while (next === first + length && next < pages && length < CHUNK_PAGES);
    const chunk = new Uint8Array(RUN_HEAD_BYTES + length * PAGE_BYTES);
    const words = new Uint32Array(chunk.buffer);
    chunk.set(
      new Uint8Array(memory.buffer, first * PAGE_BYTES, length * PAGE_BYTES),
      RUN_HEAD_BYTES,
    );
    const { low, high } = Digest.of(words.subarray(RUN_HEAD_BYTES / 4));
    words.set([first, length, low, high]);
    runs.add(words.subarray(0, RUN_HEAD_BYTES / 4));
    for (let i = 0; i < length; i++) {
      const at = (RUN_HEAD_BYTES + i * PAGE_BYTES) / 4;
      const copy = words.slice(at, at + PAGE_BYTES / 4); // The consumer gets the chunk as it was.
      before.set(first + i, source.comparable(first + i, copy));
    }
    count++;
    yield chunk;
  }
  checkStill(seat, source, before, pages);
  const tail = new Uint32Array([TAIL, count, runs.low, runs.high]);
  yield new Uint8Array(tail.buffer);
}

function checkSaver(seat: Seat): void {
  if (seat.shared.holds === 0) throw new ShmError('CLOSED', 'save: the arena was detached');
  seat.checkAlive();
}

/** Compares what stands in the arena now with what was given out. */
function checkStill(
  seat: Seat,
  source: PageSource,
  before: Map<number, Digest>,
  pages: number,
): void {
  const copy = new Uint32Array(PAGE_BYTES / 4);
  let seen = 0;
  for (let page = source.nextSaved(seat.kernel, 0); page < pages; seen++) {
    copy.set(new Uint32Array(seat.memory.buffer, page * PAGE_BYTES, PAGE_BYTES / 4));
    const { low, high } = source.comparable(page, copy);
    if (!before.get(page)?.matches(low, high)) throw busy(page);
    page = source.nextSaved(seat.kernel, page + 1);
  }
  if (seen !== before.size) throw busy(0);
}

function busy(page: number): ShmError {
  return new ShmError(
    'ARENA_BUSY',
    `save: expected an arena at rest, found that page ${page} was written meanwhile`,
  );
}

function head(pages: number, slot: number, protocol: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES);
  for (let i = 0; i < 8; i++) bytes[i] = MAGIC.charCodeAt(i);
  const words = new Uint32Array(bytes.buffer);
  words.set([FORMAT, pages, slot, protocol], 2);
  const { low, high } = Digest.of(words.subarray(0, 6));
  words.set([low, high], 6);
  return bytes;
}

/** Which pages are worth saving. */
class PageSource {
  readonly #memory: WebAssembly.Memory;
  readonly #table: number;
  readonly #slotsEnd: number;

  constructor(memory: WebAssembly.Memory) {
    const words = new Uint32Array(memory.buffer, 0, 32);
    this.#memory = memory;
    this.#table = words[H_TABLE_AT / 4]!;
    this.#slotsEnd = SLOTS + words[H_PARTICIPANTS / 4]! * SLOT_BYTES;
  }

  /** The first page from `page` on whose content counts. */
  nextSaved(kernel: ArenaKernel, page: number): number {
    for (let next = page; ; next++) {
      next = kernel.nextUsed(next) >>> 0;
      const pages = this.#memory.buffer.byteLength / PAGE_BYTES;
      if (next >= pages) return pages;
      if (this.#isScratch(next)) continue;
      if (!kernel.isZero((next * PAGE_BYTES) | 0, PAGE_BYTES)) return next;
    }
  }

  #isScratch(page: number): boolean {
    // A word that changes while it is read here makes the second pass find another table.
    const word = new Uint32Array(this.#memory.buffer, this.#table + page * 8, 2);
    const kind = word[0]! & 15;
    if (kind !== P_CONT) return kind === P_SCRATCH;
    const headWord = new Uint32Array(this.#memory.buffer, this.#table + word[1]! * 8, 1);
    return (headWord[0]! & 15) === P_SCRATCH;
  }

  /** The hash of a copy of a page, without what readers write in it. */
  comparable(page: number, copy: Uint32Array): Digest {
    const start = page * PAGE_BYTES;
    if (start === 0) copy.fill(0, CLOCK / 4, CLOCK / 4 + 2);
    if (start < this.#slotsEnd) {
      copy.fill(0, Math.max(0, SLOTS - start) / 4, (this.#slotsEnd - start) / 4);
    }
    return Digest.of(copy);
  }
}

// ── Loading ──────────────────────────────────────────────────────────────────────────────────────

/** What an image was made of. */
interface LoadedImage {
  readonly memory: WebAssembly.Memory;
  /** The slot of the thread that saved. */
  readonly slot: number;
}

/** Reads an image into new memory. Nothing in it has been believed but where its pages belong. */
export async function loadImage(
  input: Input,
  maxBytes: number,
  reserve: (pages: number) => WebAssembly.Memory,
): Promise<LoadedImage> {
  const start = await input.take(HEAD_BYTES, 'its head');
  const magic = String.fromCharCode(...start.subarray(0, 8));
  if (magic !== MAGIC) {
    throw new ShmError(
      'ARENA_FOREIGN',
      `load: expected an image that begins with ${MAGIC}, found ${describe(magic)}`,
    );
  }
  const words = new Uint32Array(start.buffer);
  if (!Digest.of(words.subarray(0, 6)).matches(words[6]!, words[7]!)) throw corrupt('its head');
  if (words[2] !== FORMAT) {
    throw new ShmError(
      'ARENA_PROTOCOL',
      `load: expected image format ${FORMAT}, found ${words[2]}`,
    );
  }
  const pages = words[3]!;
  if (pages === 0 || pages > 65536) throw corrupt('its size');
  if (pages * PAGE_BYTES > maxBytes) {
    throw rangeError(`load: expected at most ${maxBytes} bytes, found ${pages * PAGE_BYTES}`);
  }
  const memory = reserve(pages);
  const own = arenaProtocol(instantiate<ArenaKernel>(kernelBytes, memory));
  same('load', 'ARENA_PROTOCOL', own, words[5]!);
  await readRuns(input, memory, pages);
  return { memory, slot: words[4]! };
}

async function readRuns(input: Input, memory: WebAssembly.Memory, pages: number): Promise<void> {
  const runs = new Digest();
  let next = 0;
  for (let count = 0; ; count++) {
    const bytes = await input.take(RUN_HEAD_BYTES, `the head of run ${count}`);
    const [first, length, low, high] = new Uint32Array(bytes.buffer) as unknown as number[];
    if (first === TAIL) {
      if (length !== count || !runs.matches(low!, high!)) throw corrupt('its tail');
      await input.end();
      return;
    }
    if (first! < next || length! < 1 || length! > CHUNK_PAGES || first! + length! > pages) {
      throw corrupt(`the head of run ${count}`);
    }
    runs.add(new Uint32Array(bytes.buffer));
    const data = await input.take(length! * PAGE_BYTES, `run ${count}`);
    if (!Digest.of(new Uint32Array(data.buffer)).matches(low!, high!))
      throw corrupt(`run ${count}`);
    new Uint8Array(memory.buffer, first! * PAGE_BYTES, data.length).set(data);
    next = first! + length!;
  }
}

function corrupt(where: string): ShmError {
  return new ShmError('ARENA_CORRUPT', `load: the checksum of ${where} does not fit`);
}

/** Takes exact numbers of bytes from chunks of any size. */
export class Input {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Whether the source was asked for anything; whether it has ended by itself. */
  #begun = false;
  #ended = false;

  constructor(source: Uint8Array | AsyncIterable<Uint8Array>) {
    if (source instanceof Uint8Array) this.#chunks = [source].values();
    else if (typeof source?.[Symbol.asyncIterator] === 'function') {
      this.#chunks = source[Symbol.asyncIterator]();
    } else {
      throw typeError(
        `load: expected bytes or an async iterable of them, found ${describe(source)}`,
      );
    }
  }

  /** The next `count` bytes, as a copy of their own. */
  async take(count: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#at === this.#chunk.length && !(await this.#more())) {
        throw new ShmError(
          'ARENA_CORRUPT',
          `load: expected ${count} bytes of ${what}, found ${filled}: the image is truncated`,
        );
      }
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return bytes;
  }

  /** Throws when anything follows. */
  async end(): Promise<void> {
    if (this.#at === this.#chunk.length && !(await this.#more())) return;
    throw new ShmError('ARENA_CORRUPT', 'load: expected the end of the image, found more bytes');
  }

  /**
   * Tells the source that nothing more is wanted, as `for await` does. A generator that has not
   * begun would not run its `finally`, so it is asked for a chunk first, without waiting for it.
   */
  async close(): Promise<void> {
    if (this.#ended) return;
    const closing = this.#return().catch(() => {}); // What counts is why it was refused.
    if (this.#begun) await closing;
  }

  async #return(): Promise<void> {
    if (!this.#begun) await this.#next();
    await this.#chunks.return?.();
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    this.#ended = true; // Also when it throws.
    const result = await this.#chunks.next();
    this.#ended = result.done === true;
    return result;
  }

  async #more(): Promise<boolean> {
    this.#begun = true;
    for (;;) {
      const { done, value } = await this.#next();
      if (done) return false;
      if (!(value instanceof Uint8Array)) {
        throw typeError(`load: expected chunks of bytes, found ${describe(value)}`);
      }
      this.#chunk = value;
      this.#at = 0;
      if (value.length > 0) return true;
    }
  }
}
