// A virtual thread: its own instances of the kernels, the program it runs, and where it stands. A
// thread that is switched away from keeps its wasm frames in its instance's private asyncify
// memory; one that is abandoned is simply never resumed.

import type { Absence, Event } from './history.ts';
import type { Kernel } from './kernels.ts';
import type { Call, KernelFunction, OpCall, Result, Steps, Thread, World } from './structure.ts';

/** Where asyncify's record stands in its private memory: top of the frames, and their limit. */
const RECORD = 16;
const FRAMES = 24;

/** Tells which instance an exported function belongs to. */
const owners = new WeakMap<KernelFunction, Instance>();

export class Instance {
  readonly kernel: Kernel;
  readonly exports: Record<string, KernelFunction>;
  private readonly record: Int32Array;
  private readonly limit: number;
  private readonly globals: WebAssembly.Global[] = [];
  private kept: (number | bigint)[] = [];
  private readonly branches: WebAssembly.Global[] = [];

  constructor(kernel: Kernel, imports: WebAssembly.Imports) {
    this.kernel = kernel;
    const { exports } = new WebAssembly.Instance(kernel.module, imports);
    this.exports = exports as Record<string, KernelFunction>;
    if (kernel.mutant !== 0) (exports.MUTANT as WebAssembly.Global).value = kernel.mutant;
    const frames = exports.asyncify_memory as WebAssembly.Memory;
    this.limit = frames.buffer.byteLength;
    this.record = new Int32Array(frames.buffer);
    for (const value of Object.values(exports)) {
      if (typeof value === 'function') owners.set(value as KernelFunction, this);
    }
    for (let n = 0; n < kernel.table.globals; n++)
      this.globals.push(exports[`g:${n}`] as WebAssembly.Global);
    for (let n = 0; n < kernel.table.branches.length; n++) {
      this.branches.push(exports[`c:${n}`] as WebAssembly.Global);
    }
    this.startUnwind = exports.asyncify_start_unwind as (at: number) => void;
    this.stopUnwind = exports.asyncify_stop_unwind as () => void;
    this.startRewind = exports.asyncify_start_rewind as (at: number) => void;
    this.stopRewind = exports.asyncify_stop_rewind as () => void;
  }

  private readonly startUnwind: (at: number) => void;
  readonly stopUnwind: () => void;
  private readonly startRewind: (at: number) => void;
  readonly stopRewind: () => void;

  unwind(): void {
    this.record[RECORD >> 2] = FRAMES;
    this.record[(RECORD >> 2) + 1] = this.limit;
    this.startUnwind(RECORD);
  }

  rewind(): void {
    this.startRewind(RECORD);
  }

  /** Remembers the globals; `restore` brings them back. */
  keep(): void {
    this.kept = this.globals.map((global) => global.value as number | bigint);
  }

  restore(): void {
    for (let n = 0; n < this.globals.length; n++) {
      const global = this.globals[n]!;
      if (global.value !== this.kept[n]) global.value = this.kept[n];
    }
  }

  /**
   * The globals that `keep` has seen, and the way to give an instance of another thread the same.
   */
  image(): (number | bigint)[] {
    return this.kept;
  }

  /** The globals as they are, and the way to set them for the rest of this run. */
  present(): (number | bigint)[] {
    return this.globals.map((global) => global.value as number | bigint);
  }

  assume(values: readonly (number | bigint)[]): void {
    for (const [n, value] of values.entries()) this.globals[n]!.value = value;
  }

  become(image: (number | bigint)[]): void {
    this.kept = image;
    this.restore();
  }

  /** Sets the entry of every branch that this instance has reached. */
  cover(reached: Uint8Array): void {
    for (let n = 0; n < this.branches.length; n++)
      if (this.branches[n]!.value === 1) reached[n] = 1;
  }
}

/** The instance whose export `fn` is. */
export function ownerOf(fn: KernelFunction): Instance {
  const owner = owners.get(fn);
  if (owner === undefined)
    throw new Error('an operation yielded something that is no kernel export');
  return owner;
}

export const DORMANT = 0;
export const READY = 1;
export const DONE = 2;
export const DEAD = 3;

/**
 * Plain stores and frees since the last atomic step: a death may lose the first, and undoes the
 * second.
 */
export class StoreLog {
  count = 0;
  at: number[] = [];
  bytes: number[] = [];
  private old = new Uint8Array(256);
  private used = 0;
  private from: number[] = [];
  frees: [at: number, bytes: number][] = [];

  clear(): void {
    this.count = 0;
    this.used = 0;
    if (this.frees.length > 0) this.frees = [];
  }

  /** Notes what a store of `bytes` bytes at `at` will overwrite. */
  add(memory: Uint8Array, at: number, bytes: number): void {
    if (this.used + bytes > this.old.length) {
      const larger = new Uint8Array((this.used + bytes) * 2);
      larger.set(this.old);
      this.old = larger;
    }
    for (let n = 0; n < bytes; n++) this.old[this.used + n] = memory[at + n]!;
    this.at[this.count] = at;
    this.bytes[this.count] = bytes;
    this.from[this.count] = this.used;
    this.used += bytes;
    this.count++;
  }

  /** What may be lost, and what was there before. */
  hash(mix: (a: number, b: number) => void): void {
    for (let n = 0; n < this.count; n++) mix(this.at[n]!, this.bytes[n]!);
    for (let n = 0; n < this.used; n++) mix(this.old[n]!, n);
    for (const [at, bytes] of this.frees) mix(at, bytes);
  }

  /** How many ways there are to lose stores: none, all, each alone. */
  variants(): number {
    return this.count === 0 ? 1 : this.count === 1 ? 2 : 2 + this.count;
  }

  /** Loses all stores (variant 1) or the one numbered variant - 2; `swap` twice changes nothing. */
  lose(memory: Uint8Array, variant: number): void {
    if (variant === 0) return;
    for (let n = this.count - 1; n >= 0; n--) this.swap(memory, n);
    if (variant === 1) return;
    for (let n = 0; n < this.count; n++) if (n !== variant - 2) this.swap(memory, n);
  }

  /** Undoes `lose`. */
  regain(memory: Uint8Array, variant: number): void {
    if (variant === 0) return;
    if (variant > 1) {
      for (let n = this.count - 1; n >= 0; n--) if (n !== variant - 2) this.swap(memory, n);
    }
    for (let n = 0; n < this.count; n++) this.swap(memory, n);
  }

  private swap(memory: Uint8Array, n: number): void {
    const at = this.at[n]!;
    const from = this.from[n]!;
    for (let i = this.bytes[n]! - 1; i >= 0; i--) {
      const now = memory[at + i]!;
      memory[at + i] = this.old[from + i]!;
      this.old[from + i] = now;
    }
  }
}

export class VirtualThread implements Thread {
  readonly id: number;
  readonly role: Thread['role'];
  readonly instances: Instance[];
  readonly kernels: Thread['kernels'] = {};
  readonly world: World;
  readonly local: Record<string, number> = {};
  private localKept: Record<string, number> = {};

  status = DORMANT;
  program: readonly OpCall[] = [];
  position = 0;
  steps: Steps<Result> | null = null;
  call: Call | null = null;
  /** The instance whose call is under way, and whether it is suspended. */
  running: Instance | null = null;
  suspended = false;
  event: Event | null = null;
  /** When it has died. */
  absence: Absence | null = null;
  opName = '';
  /** Steps of the current operation; of those, the last ones with nobody else in between. */
  opSteps = 0;
  alone = 0;
  /** Steps since it was switched to. */
  ran = 0;
  /** The access that comes when it goes on. */
  op = 0;
  at = 0;
  site = 0;
  /** Everything it has read in this run, hashed: with the memory, all there is to its state. */
  seen1 = 0;
  seen2 = 0;
  readonly log = new StoreLog();
  /** For a recoverer: the dead that it is at. */
  patients: VirtualThread[] = [];

  constructor(id: number, role: Thread['role'], instances: Instance[], world: World) {
    this.id = id;
    this.world = world;
    this.role = role;
    this.instances = instances;
    for (const instance of instances) this.kernels[instance.kernel.name] = instance.exports;
  }

  /** It has read `what`, of `where`. */
  see(what: number, where: number): void {
    let x = Math.imul(this.seen1 ^ what, 0x9e3779b1) ^ where;
    this.seen1 = x ^ (x >>> 15);
    x = (Math.imul(this.seen2 + what, 0x85ebca6b) + where) | 0;
    this.seen2 = x ^ (x >>> 13);
  }

  keep(): void {
    this.localKept = { ...this.local };
    for (const instance of this.instances) instance.keep();
  }

  /** Back to the start of a run with `program`. */
  restart(program: readonly OpCall[]): void {
    Object.assign(this.local, this.localKept);
    for (const instance of this.instances) instance.restore();
    this.program = program;
    this.position = 0;
    this.steps = null;
    this.call = null;
    this.running = null;
    this.suspended = false;
    this.event = null;
    this.absence = null;
    this.opSteps = 0;
    this.alone = 0;
    this.ran = 0;
    this.seen1 = 0;
    this.seen2 = 0;
    this.log.clear();
    this.patients = [];
  }
}
