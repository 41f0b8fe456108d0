// The class Arena over the kernel. api.ts says what each method does.

import { H_CHECKSUM, H_ID, H_MAGIC, ZERO_ON_FREE } from '../../build/numbers/ground/layout.ts';
import type {
  ArenaConstructor,
  ArenaHandle,
  Arena as ArenaInstance,
  ArenaOptions,
  ArenaStats,
  LoadOptions,
  NodeWorker,
  Participant,
  RecoveryReport,
  Region,
  RegionOptions,
  StructureInfo,
  VerifyReport,
  WebWorker,
} from '../api.ts';
import { droppable, rangeError, ShmError, typeError, wholeNumber } from '../ground/errors.ts';
import {
  type ArenaKernel,
  instantiate,
  kernelBytes,
  PAGE_BYTES,
  SLICE_BYTES,
  Status,
} from '../ground/kernel.ts';
import { flagOf, type Members, optionsOf } from '../ground/options.ts';
import { Shown } from '../ground/shown.ts';
import { SPARE_SLOTS } from '../ground/slots.ts';
import { leave, sit } from '../life/attach.ts';
import { bury, probe, readiness, watch } from '../life/deaths.ts';
import { checkArenaHandle, handleOf, inspect } from '../life/handles.ts';
import { recover } from '../life/recovery.ts';
import type { Seat } from '../life/seat.ts';
import { setSeat } from '../life/seats.ts';
import { Input, loadImage, saveImage } from './image.ts';
import { checkAlloc, UserRegion } from './region.ts';
import { arenaStats, listStructures, verifyArena } from './report.ts';

const DEFAULT_BYTES = 2 ** 28;
const MAX_BYTES = 2 ** 32;
/** One less than there are bits for slots in a directory entry (assembly/ground/layout.ts). */
const MAX_PARTICIPANTS = 255;

const OPTIONS: Members = {
  what: 'options',
  names: ['bytes', 'participants', 'zeroOnFree'],
  meant: { size: 'bytes', initial: 'bytes', maximum: 'bytes', threads: 'participants' },
};
const LOAD_OPTIONS: Members = { what: 'options', names: ['maxBytes'] };

/** Only this file makes instances: `new Arena()` is a TypeError. */
const TOKEN = Symbol('arena');

class SharedArena extends Shown implements ArenaInstance {
  readonly memory: WebAssembly.Memory;
  readonly participant: Participant;
  readonly ready: Promise<void>;
  #seat: Seat | null;
  /** The seat's kernel; null when detached. */
  #kernel: ArenaKernel | null;

  constructor(token: symbol, seat: Seat) {
    super();
    if (token !== TOKEN)
      throw typeError('expected Arena.create, attach or load, found `new Arena`');
    this.#seat = seat;
    this.#kernel = seat.kernel;
    this.memory = seat.memory;
    this.participant = Object.freeze({ slot: seat.slot, generation: seat.generation });
    setSeat(this, seat);
    this.ready = readiness(seat);
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return 'Arena';
  }

  static create(options: ArenaOptions = {}): ArenaInstance {
    const { bytes = DEFAULT_BYTES, participants = 64, zeroOnFree } = optionsOf(OPTIONS, options);
    wholeNumber('bytes', bytes, 1, MAX_BYTES);
    wholeNumber('participants', participants, 1, MAX_PARTICIPANTS);
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = reserve(pages);
    const kernel = instantiate<ArenaKernel>(kernelBytes, memory);
    const slots = participants + SPARE_SLOTS;
    const flags = flagOf('zeroOnFree', zeroOnFree) ? ZERO_ON_FREE : 0;
    const [a, b, c, d, e, f, g, h] = crypto.getRandomValues(new Uint32Array(8)) as unknown as Words;
    if (kernel.create(pages, slots, flags, a, b, c, d, e, f, g, h) !== Status.OK) {
      const least = (kernel.systemPages(pages, slots) + 3) * PAGE_BYTES;
      throw rangeError(
        `\`bytes\`: expected at least ${least} for ${participants} participants, found ${bytes}`,
      );
    }
    return new SharedArena(TOKEN, sit(memory));
  }

  static attach(handle: ArenaHandle): ArenaInstance {
    checkArenaHandle(handle);
    inspect(handle.memory);
    return new SharedArena(TOKEN, sit(handle.memory));
  }

  static async load(
    source: Uint8Array | AsyncIterable<Uint8Array>,
    options: LoadOptions = {},
  ): Promise<ArenaInstance> {
    const input = new Input(source);
    try {
      const { maxBytes = MAX_BYTES } = optionsOf(LOAD_OPTIONS, options);
      wholeNumber('maxBytes', maxBytes, 1, MAX_BYTES);
      const { memory, slot } = await loadImage(input, maxBytes, reserve);
      return SharedArena.#wake(memory, slot);
    } catch (error) {
      await input.close();
      throw error;
    }
  }

  /** Makes an arena of the pages of an image that `slot` saved. */
  static #wake(memory: WebAssembly.Memory, slot: number): ArenaInstance {
    inspect(memory);
    const kernel = instantiate<ArenaKernel>(kernelBytes, memory);
    kernel.view();
    if (slot < kernel.participants()) kernel.join(slot);
    if (slot >= kernel.participants() || !kernel.alive()) {
      throw new ShmError('ARENA_CORRUPT', `load: expected that slot ${slot} saved, found it free`);
    }
    renew(memory, kernel);
    kernel.detach(); // The thread that saved was in no call: it leaves as if it were here.
    kernel.thaw();
    const seat = sit(memory);
    recover(seat);
    return new SharedArena(TOKEN, seat);
  }

  static override [Symbol.hasInstance](value: unknown): value is ArenaInstance {
    return typeof value === 'object' && value !== null && #seat in value;
  }

  override get [Symbol.toStringTag](): string {
    return 'Arena';
  }

  override toJSON(): object {
    const bytes = this.memory.buffer.byteLength;
    const { slot } = this.participant;
    return { type: 'Arena', bytes, slot, closed: this.#seat === null };
  }

  get #open(): Seat {
    const seat = this.#seat;
    if (seat === null) throw new ShmError('CLOSED', 'the arena was detached');
    return seat;
  }

  /** The seat, of a thread that was not declared dead. */
  get #alive(): Seat {
    const seat = this.#open;
    seat.checkAlive();
    return seat;
  }

  get handle(): ArenaHandle {
    return handleOf(this.memory);
  }

  // The fast paths are small enough for the engine to inline; all else stands apart.

  alloc(bytes: number, align = 16): number {
    const kernel = this.#kernel;
    if (kernel !== null && typeof bytes === 'number' && bytes >>> 0 === bytes && align === 16) {
      const at = kernel.alloc(bytes, 16) >>> 0;
      if (at !== 0) return at;
    }
    const at = this.#allocPatiently(bytes, align);
    if (at === 0) throw this.#open.full(`alloc of ${bytes} bytes`);
    return at;
  }

  tryAlloc(bytes: number, align = 16): number {
    const kernel = this.#kernel;
    if (kernel !== null && typeof bytes === 'number' && bytes >>> 0 === bytes && align === 16) {
      const at = kernel.alloc(bytes, 16) >>> 0;
      if (at !== 0) return at;
    }
    return this.#allocPatiently(bytes, align);
  }

  #allocPatiently(bytes: number, align: number): number {
    const seat = this.#open;
    const { kernel } = seat;
    checkAlloc(bytes, align);
    let at = 0;
    const status = seat.settle(() => {
      at = kernel.alloc(bytes, align) >>> 0;
      return at === 0 ? kernel.status() : Status.OK;
    });
    if (status !== Status.OK && status !== Status.FULL) throw seat.error(status, 'alloc');
    return at;
  }

  free(offset: number): void {
    const kernel = this.#kernel;
    if (kernel === null || typeof offset !== 'number' || offset >>> 0 !== offset) {
      throw this.#noOffset(offset);
    }
    const status = kernel.free(offset);
    // Never asked twice: what is free now may be somebody's block a moment later.
    if (status !== Status.OK) throw this.#open.error(status, `free of offset ${offset}`);
  }

  #noOffset(offset: number): Error {
    const seat = this.#open;
    wholeNumber('offset', offset, 1, MAX_BYTES - 1);
    return seat.error(Status.BAD, `free of offset ${offset}`);
  }

  region(options?: RegionOptions): Region {
    return new UserRegion(this.#alive, options);
  }

  structures(): StructureInfo[] {
    return listStructures(this.#alive).map((listed) => {
      const { name, type, protocol, handle } = listed;
      return { name, type, protocol, handle };
    });
  }

  watch(worker: NodeWorker | WebWorker): void {
    watch(this.#alive, worker);
  }

  bury(participant: Participant): void {
    bury(this.#alive, participant);
  }

  probe(): Promise<number> {
    return droppable(this.#probe());
  }

  async #probe(): Promise<number> {
    return probe(this.#alive);
  }

  recover(): RecoveryReport {
    const seat = this.#alive;
    const report = recover(seat);
    seat.crossing.trim();
    return report;
  }

  trim(): number {
    const seat = this.#alive;
    let structures = 0;
    for (const { trimming } of seat.shared.trimmed) structures += trimming?.() ?? 0;
    const before = seat.kernel.scratchBytes() >>> 0;
    seat.crossing.trim();
    const scratch = before - (seat.kernel.scratchBytes() >>> 0);
    return structures + scratch + seat.freeSlices() * SLICE_BYTES;
  }

  stats(): ArenaStats {
    return arenaStats(this.#alive);
  }

  verify(): VerifyReport {
    return verifyArena(this.#alive);
  }

  save(): AsyncIterable<Uint8Array> {
    return saveImage(this.#alive);
  }

  detach(): void {
    const seat = this.#seat;
    if (seat === null) return;
    this.#seat = null;
    this.#kernel = null;
    setSeat(this, null);
    leave(seat);
  }

  [Symbol.dispose](): void {
    this.detach();
  }
}

type Words = [number, number, number, number, number, number, number, number];

function reserve(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw Object.assign(
      rangeError(
        `\`bytes\`: this platform could not reserve ${pages * PAGE_BYTES} bytes; try fewer`,
      ),
      { cause: error },
    );
  }
}

/** Gives a loaded arena an id of its own: nobody else has seen its memory. */
function renew(memory: WebAssembly.Memory, kernel: ArenaKernel): void {
  const id = new Uint8Array(memory.buffer, H_ID, 16);
  id.set(crypto.getRandomValues(new Uint8Array(16)));
  kernel.hash(H_MAGIC, H_CHECKSUM - H_MAGIC);
  const checksum = new Int32Array(memory.buffer, H_CHECKSUM, 2);
  checksum[0] = kernel.resultLow();
  checksum[1] = kernel.resultHigh();
}

/** The class; its contract is in api.ts. */
export const Arena: ArenaConstructor = SharedArena;
export type Arena = ArenaInstance;
