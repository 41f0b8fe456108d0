// What the suite's parts share: domains of one scheme, and workers that do a named job.

import { Worker } from 'node:worker_threads';
import { Arena, type ArenaInstance, type ArenaOptions } from '@x/shm-arena';
import type { BlockStats, Blocks, BlocksFactory } from '@x/shm-arena/domain';
import { afterEach, beforeEach, expect } from 'vitest';
import { Job, replay as replayOf, turn, until } from '../kit.ts';
import { type Cell, isGone, reading } from './readers.mjs';

export { codeOf, type Job, random, seed, turn } from '../kit.ts';

/** A domain of any scheme. */
export interface Domain extends Blocks<Cell, BlockStats> {
  readonly scheme: string;
}

interface Options {
  name?: string;
  scheme?: string;
}

/** One scheme of one package. */
export interface Subject {
  readonly scheme: string;
  /** The class of the package's sources. */
  readonly domains: BlocksFactory<Domain, Options> & {
    create(arena: ArenaInstance, options?: Options): Domain;
  };
  /** Where workers import the built package, and the class's name in it. */
  readonly library: URL;
  readonly className: string;
  /** The most blocks that one reader keeps which has stopped, of one cell's. */
  readonly keepsAtMost: number;
  /** Whether leases of the arena keep blocks of the domain. */
  readonly leases: boolean;
}

/** How a failed run is repeated. */
export const replay = replayOf('conformance.test.ts');

export const freshArena = (options: ArenaOptions = {}): ArenaInstance =>
  Arena.create({ bytes: 32 * 2 ** 20, participants: 8, ...options });

/** Words that a test and its workers share: stop, and how far each one is. */
export const control = () => new Int32Array(new SharedArrayBuffer(64));

/** Resolves when word `index` is at least `least`. */
export async function reached(words: Int32Array, index: number, least: number): Promise<void> {
  const done = () => Atomics.load(words, index);
  await until(() => done() >= Math.min(least, 1)); // Before that it loads its program.
  while (done() < least) await turn();
}

/** An arena with a domain and a cell: a register, whose value is a block that writes replace. */
export class World {
  readonly arena: ArenaInstance;
  readonly domain: Domain;
  readonly cell: Cell;
  readonly subject: Subject;

  constructor(
    subject: Subject,
    options: ArenaOptions = {},
    prepare?: (world: World) => void,
    arena: ArenaInstance = freshArena(options),
  ) {
    this.subject = subject;
    this.arena = arena;
    this.domain = subject.domains.create(this.arena, { scheme: subject.scheme, name: 'd' });
    prepare?.(this);
    this.cell = this.domain.atomic();
  }

  word(at: number): number {
    return new Uint32Array(this.arena.memory.buffer, at, 1)[0]!;
  }

  /** A block of a value and its complement. */
  fill(value: number): number {
    const block = this.domain.alloc(8);
    new Uint32Array(this.arena.memory.buffer, block, 2).set([value, ~value]);
    return block;
  }

  /** Swaps a new value in, and retires the old one. */
  replace(value: number): void {
    const reader = reading(this.domain, 7);
    const old = reader.swap(this.cell, this.fill(value));
    reader.over();
    if (old !== 0) this.domain.retire(old);
  }

  /** Replaces the value `times` times, which uses freed blocks again, and collects. */
  churn(times: number): void {
    for (let i = 0; i < times; i++) this.replace(1_000_000 + i);
    // The epoch moves on by one for each time that all readers have seen it.
    for (let i = 0; i < 3; i++) this.domain.collect();
  }

  /** Reads the value; it stays until `over`. */
  hold(index = 0): { at: number; isGone(): boolean; over(): void } {
    const reader = reading(this.domain, index);
    const at = reader.load(this.cell);
    return { at, isGone: this.watch(at), over: () => reader.over() };
  }

  /** Tells whether the block at `at`, which is of a value, is free or used again. */
  watch(at: number): () => boolean {
    const words = new Uint32Array(this.arena.memory.buffer);
    const value = words[at / 4]!;
    return () => isGone(words, at, value);
  }

  /** Starts a thread that attaches arena, domain and cell, and does a job of jobs.mjs. */
  start(job: string, args: Record<string, unknown> = {}): Job {
    const { arena, domain, cell, subject } = this;
    const workerData = {
      arena: arena.handle,
      domain: domain.handle,
      cell: cell.handle,
      library: subject.library.href,
      className: subject.className,
      job,
      args,
    };
    const worker = new Worker(new URL('./jobs.mjs', import.meta.url), { workerData });
    arena.watch(worker);
    return new Job(worker);
  }

  /** A thread that does what it is told, one command at a time. */
  async puppet(): Promise<Puppet> {
    const puppet = new Puppet(this.start('puppet').worker);
    await puppet.ready;
    return puppet;
  }

  /** What must hold in the end; then the arena is let go. */
  end(): readonly string[] {
    const { problems } = this.arena.verify();
    this.arena.detach();
    return problems;
  }
}

/** A world of `subject` for each test, handed to `given`; it has to be sound in the end. */
export function worlds(subject: Subject, given: (world: World) => void): void {
  let world: World;
  beforeEach(() => {
    world = new World(subject);
    given(world);
  });
  afterEach(() => {
    expect(world.end()).toEqual([]);
  });
}

/** A worker that is told each step, for schedules that a test writes down. */
export class Puppet {
  readonly job: Job;
  readonly ready: Promise<unknown>;
  slot = -1;

  constructor(worker: Worker) {
    this.job = new Job(worker);
    this.ready = this.job.message.then((slot) => {
      this.slot = slot as number;
    });
  }

  /** Has it run a command of jobs.mjs; resolves to what that returned. */
  async tell(command: string, ...args: unknown[]): Promise<number> {
    const { worker } = this.job;
    const answer = new Promise<{ result: number; error?: string }>((resolve) => {
      worker.once('message', resolve);
    });
    worker.postMessage([command, ...args]);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${command}: ${error}`);
    return result;
  }

  async end(): Promise<void> {
    await this.tell('end');
    await this.job.gone;
  }
}
