// Builders in the background: in a task of this thread, or in a thread of its own, whose side is
// builder.ts.

import type { ArenaHandle, NodeWorker, StructureHandle } from '@x/shm-arena';
import {
  flagOf,
  functionOf,
  handleOf,
  type Members,
  optionsOf,
  type Seat,
  SHOW,
  ShmError,
  Shown,
  watch,
  workerThreads,
} from '@x/shm-arena/structure';
import type { BatchOptions, Builder, BuilderOptions, BuilderWorker } from './api.ts';
import type { Message, Order, Word } from './builder.ts';
import type { Building } from './building.ts';
import type { AnyCore } from './core.ts';
import { BuilderLoop } from './loop.ts';
import type { Signals } from './signals.ts';

/** What a builder is started for. */
interface Site {
  readonly core: AnyCore;
  readonly handle: StructureHandle;
  readonly building: Building;
  readonly signals: Signals;
  readonly pace: Required<BatchOptions>;
  /** Called once, when it has ended. */
  ended(builder: Builder): void;
}

const OPTIONS: Members = { what: 'options', names: ['worker', 'onError'] };

export function startBuilder(options: BuilderOptions, site: Site): Started {
  const { worker, onError = warn } = optionsOf(OPTIONS, options);
  const report = functionOf('onError', onError);
  if (typeof worker === 'function') return new Elsewhere(site, report, worker);
  return flagOf('worker', worker)
    ? new Elsewhere(site, report, threadOfFile)
    : new Here(site, report);
}

/** What nobody else would say: `flush` says the rest. */
function warn(error: Error): void {
  if ((error as { code?: string }).code === 'UNSUPPORTED') console.warn(error.message);
}

// Named by symbols: what a builder has beside the contract cannot be reached by name.
const SITE = Symbol('site');
const REPORT = Symbol('report');
const STOPPED = Symbol('stopped');
const END = Symbol('end');
const HALT = Symbol('halt');

/** What both kinds have in common. */
abstract class Started extends Shown implements Builder {
  protected readonly [SITE]: Site;
  protected readonly [REPORT]: (error: Error) => void;
  readonly #gone: Promise<void>;
  #resolve: () => void = () => {};
  #ended = false;

  constructor(site: Site, report: (error: Error) => void) {
    super();
    this[SITE] = site;
    this[REPORT] = report;
    this.#gone = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  override get [Symbol.toStringTag](): string {
    return 'Builder';
  }

  override [SHOW](): object {
    return { running: this.running, closed: !this.running };
  }

  /** Asks it to end. */
  protected abstract [HALT](): void;

  /** Whether it was asked to end. */
  protected [STOPPED] = false;

  get running(): boolean {
    return !this[STOPPED] && !this.#ended;
  }

  protected [END](): void {
    if (this.#ended) return;
    this.#ended = true;
    this[SITE].ended(this);
    this.#resolve();
  }

  stop(): Promise<void> {
    if (!this[STOPPED]) {
      this[STOPPED] = true;
      if (!this.#ended) this[HALT]();
    }
    return this.#gone;
  }

  close(): void {
    void this.stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** In this thread, between other tasks. */
class Here extends Started {
  constructor(site: Site, report: (error: Error) => void) {
    super(site, report);
    void this.#run();
  }

  async #run(): Promise<void> {
    const { building, signals, pace } = this[SITE];
    const loop = new BuilderLoop(building, signals, pace, this[REPORT]);
    while (!this[STOPPED]) {
      const ms = loop.step();
      if (ms < 0) break;
      await signals.request(loop.seen, ms);
    }
    this[END]();
  }

  protected [HALT](): void {
    this[END](); // Between two steps: nothing is in progress.
  }
}

// ── In a thread of its own ───────────────────────────────────────────────────────────────────────

/** A worker, of whatever platform, as far as it is used here. */
interface Thread {
  onWord(listen: (word: Word) => void): void;
  onEnd(listen: (why: Error | undefined) => void): void;
  /** Lets the process end, or keeps it. */
  keep(alive: boolean): void;
  /** Lets go of what is left of it. */
  end(): void;
  /** Ends it wherever it is. */
  kill(): unknown;
}

/** A thread says its first word sooner than this, unless it is no builder. */
const MUTE_MS = 10_000;

class Elsewhere extends Started {
  readonly #arena: ArenaHandle;
  /** Word 0: 1 = it shall end. */
  readonly #flag: Int32Array<SharedArrayBuffer>;
  readonly #make: () => BuilderWorker;
  private thread: Thread | undefined;
  /** It has said nothing for so long that this was told. */
  #mute = false;

  constructor(site: Site, report: (error: Error) => void, make: () => BuilderWorker) {
    super(site, report);
    this.#make = make;
    this.#arena = handleOf(site.core.seat.memory);
    this.#flag = new Int32Array(new SharedArrayBuffer(4));
    this.#begin();
  }

  #begin(): void {
    const { handle, pace, core } = this[SITE];
    const codec = ({ id, version }: { id: string; version: number }) => ({ id, version });
    const order: Order = {
      ...{ arena: this.#arena, map: handle, pace, flag: this.#flag },
      key: codec(core.keyCodec),
      value: codec(core.valueCodec),
    };
    const thread = startThread(core.seat, order, this.#make);
    this.thread = thread;
    let worked = false;
    const late = setTimeout(() => this.#late(thread), MUTE_MS);
    (late as Timer).unref?.();
    thread.onWord((word) => {
      clearTimeout(late);
      this.#mute = false;
      if (word.type === 'ready') worked = true;
      else if (word.type === 'over') this.#over(thread);
      else this[REPORT](new ShmError(word.code, word.message));
    });
    thread.onEnd((why) => {
      clearTimeout(late);
      if (this.thread !== thread) return;
      this.thread = undefined;
      core.seat.recoverQuietly();
      // It was killed, or has died of something at work: the next one goes on.
      const again = worked || why === undefined;
      if (again && this.running && core.member.isOpen) return this.#begin();
      if (this.running) this[REPORT](lost(why));
      this[END]();
    });
    thread.keep(false); // Not before: in Node whoever listens keeps it.
  }

  /** It has said nothing so far. Whoever stops it does not wait for it. */
  #late(thread: Thread): void {
    if (this.thread !== thread) return;
    this.#mute = true;
    if (!this.running) return this.#drop(thread);
    this[REPORT](lost({ message: `it has said nothing for ${MUTE_MS / 1000} s` }));
  }

  #drop(thread: Thread): void {
    thread.kill();
    this.#over(thread);
  }

  /** It has ended by itself: it was asked to, or the map is gone. */
  #over(thread: Thread): void {
    if (this.thread === thread) this.thread = undefined;
    thread.end();
    this[END]();
  }

  protected [HALT](): void {
    Atomics.store(this.#flag, 0, 1);
    this.thread?.keep(true); // Until it has ended, which somebody may wait for.
    this[SITE].signals.ring();
    if (this.#mute && this.thread !== undefined) this.#drop(this.thread);
  }
}

interface Timer {
  /** Node's, which would keep the process. */
  unref?(): void;
}

interface NodeThread extends NodeWorker, BuilderWorker {
  on(event: string, listen: (value: never) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}
interface NodeThreads {
  readonly Worker?: new (url: URL) => NodeThread;
}

/** Runs builder.ts, from the file beside this one. */
function threadOfFile(): BuilderWorker {
  const threads = workerThreads() as NodeThreads | undefined;
  if (threads?.Worker !== undefined) {
    return new threads.Worker(new URL('./builder.js', import.meta.url));
  }
  // As bundlers know it: they make the file a part of what they build.
  return new Worker(new URL('./builder.js', import.meta.url), { type: 'module' });
}

const WAYS =
  'A bundler may have left out its file. Then pass `worker: inlineBuilder`, which ' +
  "'@x/avl-batch/inline' exports, or a function that makes a worker of '@x/avl-batch/builder'";

/** The builder's thread did not come to work, for a reason that the platform gives, or none. */
function lost(cause: unknown): ShmError {
  const { message = 'no reason is given' } = (cause ?? {}) as { message?: string };
  const words = `startBuilder: the builder's thread did not start: ${message}. ${WAYS}.`;
  return Object.assign(new ShmError('UNSUPPORTED', words), { cause });
}

function startThread(seat: Seat, order: Order, make: () => BuilderWorker): Thread {
  if (make === threadOfFile && workerThreads() === undefined && typeof Worker !== 'function') {
    throw new ShmError('UNSUPPORTED', 'startBuilder: there are no workers here');
  }
  let worker: BuilderWorker;
  try {
    worker = make();
  } catch (cause) {
    throw lost(cause);
  }
  const message: Message = { '@x/avl-batch': order };
  worker.postMessage(message);
  return 'once' in worker ? nodeThread(seat, worker as NodeThread) : webThread(worker as Worker);
}

function nodeThread(seat: Seat, worker: NodeThread): Thread {
  watch(seat, worker);
  let error: Error | undefined;
  worker.on('error', (why: Error) => {
    error = why;
  });
  return {
    onWord: (listen) => worker.on('message', listen),
    onEnd: (listen) => worker.once('exit', () => listen(error)),
    keep: (alive) => (alive ? worker.ref() : worker.unref()),
    end: () => {},
    kill: () => worker.terminate(),
  };
}

function webThread(worker: Worker): Thread {
  return {
    onWord: (listen) => worker.addEventListener('message', ({ data }) => listen(data)),
    onEnd: (listen) =>
      worker.addEventListener('error', ({ message }) => {
        // Of a file that was not found nothing is said.
        listen(new ShmError('CLOSED', message ?? 'its file was not found, or not allowed'));
      }),
    keep: () => {},
    end: () => worker.terminate(),
    kill: () => worker.terminate(),
  };
}
