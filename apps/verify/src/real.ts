// The host of real workers over a machine's memory: starts them, gives them rounds, terminates
// them, and reads their logs as events.

import { deserialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { LIVE } from './arena.ts';
import type { Event } from './history.ts';
import type { EndState, Machine } from './machine.ts';
import {
  type Control,
  FREE_AT,
  FREE_BYTES,
  LOG,
  PHASE,
  type WorkerSetup,
} from './real-protocol.ts';
import type { OpCall } from './structure.ts';
import type { VirtualThread } from './thread.ts';

const LOG_BYTES = 1 << 20;
const FILE = new URL('./real-worker.ts', import.meta.url);

interface Message {
  done?: boolean;
  doomed?: boolean;
  error?: string;
  globals?: (number | bigint)[][];
}

export class RealThread {
  readonly thread: VirtualThread;
  readonly control = new Int32Array(new SharedArrayBuffer(64));
  private readonly log = new Uint8Array(new SharedArrayBuffer(LOG_BYTES));
  private readonly setup: WorkerSetup;
  private worker: Worker | null = null;
  private listener: ((message: Message) => void) | null = null;
  private globals: (number | bigint)[][];
  private gone: Promise<void> = Promise.resolve();

  constructor(
    machine: Machine,
    thread: VirtualThread,
    structure: string,
    shared: SharedArrayBuffer,
  ) {
    this.thread = thread;
    this.globals = thread.instances.map((instance) => instance.image());
    this.setup = {
      id: thread.id,
      structure,
      memory: machine.arena.memory,
      kernels: [...machine.kernels],
      globals: this.globals,
      local: { ...thread.local },
      run: machine.runImage(),
      shadow: machine.arena.shadow.buffer as SharedArrayBuffer,
      shared,
      control: this.control.buffer as SharedArrayBuffer,
      log: this.log.buffer as SharedArrayBuffer,
    };
  }

  get running(): boolean {
    return this.worker !== null;
  }

  /** Starts the worker if it is not running. */
  async start(): Promise<void> {
    if (this.worker !== null) return;
    const worker = new Worker(FILE, { workerData: this.setup });
    this.worker = worker;
    this.gone = new Promise((resolve) => worker.once('exit', () => resolve()));
    await new Promise<void>((resolve, fail) => {
      worker.once('message', () => resolve());
      worker.once('error', fail);
    });
    worker.on('error', (error) =>
      this.listener?.({ done: true, error: error.stack ?? error.message }),
    );
    worker.on('message', (message) => this.listener?.(message));
  }

  /**
   * Runs one round; resolves to what went wrong, to 'doomed' when it waits for its end, or to ''.
   */
  round(control: Control): Promise<string> {
    this.control.fill(0); // It may die before it reads the message.
    this.globals = this.setup.globals;
    return new Promise((resolve) => {
      this.listener = (message) => {
        if (message.globals !== undefined) this.globals = message.globals;
        if (message.doomed) resolve('doomed');
        else if (message.done) resolve(message.error ?? '');
      };
      this.worker!.postMessage(control);
    });
  }

  async terminate(): Promise<void> {
    const worker = this.worker;
    this.worker = null;
    this.listener = null;
    await worker?.terminate();
    await this.gone;
  }

  /**
   * After its death: whether an atomic step may or may not have happened, which marks cannot tell.
   */
  ambiguous(): boolean {
    return this.control[PHASE] === 1;
  }

  /** After its death: undoes a mark whose atomic step has not happened. */
  undoMark(machine: Machine): void {
    const bytes = this.control[FREE_BYTES]!;
    if (bytes > 0) machine.arena.setState(LIVE, this.control[FREE_AT]! >>> 0, bytes);
  }

  /** What it knew in the end of this round, or before the kernel call that it died in. */
  state(): EndState['workers'][number] & { run: unknown } {
    const { globals, setup } = this;
    const last = this.lines().findLast((line) => line[0] === 'S');
    if (last === undefined) return { run: setup.run, local: setup.local, globals };
    const { run, local } = deserialize(Buffer.from(last.slice(1), 'base64')) as WorkerSetup;
    return { run, local, globals };
  }

  private lines(): string[] {
    const bytes = this.log.slice(0, Atomics.load(this.control, LOG));
    return new TextDecoder().decode(bytes).split('\n');
  }

  /** The calls it has begun in this round. */
  events(): Event[] {
    const events: Event[] = [];
    for (const line of this.lines()) {
      const at = line[0] === 'S' ? -1 : line.indexOf(' ');
      if (at < 0) continue;
      const ticket = Number(line.slice(1, at));
      if (line[0] === 'B') {
        const call = JSON.parse(line.slice(at + 1)) as OpCall;
        events.push({
          thread: this.thread.id,
          call,
          begin: ticket,
          end: Number.POSITIVE_INFINITY,
          result: undefined,
          pending: true,
        });
      } else {
        const event = events.at(-1)!;
        event.end = ticket;
        const result = line.slice(at + 1);
        event.result = result === 'undefined' ? undefined : JSON.parse(result);
        event.pending = false;
      }
    }
    return events;
  }
}
