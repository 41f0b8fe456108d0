// A real worker that runs operations of a structure on the shared memory of a machine in its
// parent: freely, with random delays (stress), or one step at a time in a given order (stepped).

import { serialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { Arena, FREE, LIVE, ROOM } from './arena.ts';
import type { Kernel } from './kernels.ts';
import { invoke } from './machine.ts';
import { MARK_FREE, MARK_ROOM, PAUSE } from './ops.ts';
import { clone } from './plain.ts';
import { Random } from './random.ts';
import {
  AT,
  BEFORE,
  CLOCK,
  type Control,
  DOOMED,
  FREE_AT,
  FREE_BYTES,
  GOING,
  LOG,
  MISMATCH,
  type Order,
  PHASE,
  READY,
  STEP_WORDS,
  TURN,
  type WorkerSetup,
} from './real-protocol.ts';
import { load } from './registry.ts';
import type { OpCall, Steps } from './structure.ts';
import { Instance, VirtualThread } from './thread.ts';
import { invariantOf } from './violation.ts';

const setup = workerData as WorkerSetup;
const structure = await load(setup.structure);
const me = setup.id;
const i32 = new Int32Array(setup.memory.buffer);
const shadow = new Uint8Array(setup.shadow);
const shared = new Int32Array(setup.shared);
const control = new Int32Array(setup.control);
const log = new Uint8Array(setup.log);
const encoder = new TextEncoder();

let random = new Random(1);
let delays = 0;
let doom = 0;
let order: Order | undefined;
let outstanding = false;

const env = {
  memory: setup.memory,
  gate: (op: number, at: number): void => {
    if (order !== undefined) return stepped(op, at >>> 0);
    control[PHASE] = 0;
    if (doom > 0 && --doom === 0) {
      Atomics.store(control, DOOMED, 1);
      parentPort!.postMessage({ doomed: true });
      Atomics.wait(control, DOOMED, 1);
    }
    if (delays > 0 && random.next() % 64 < delays) dawdle();
    control[FREE_BYTES] = 0;
    if ((op & 15) !== PAUSE) legal(at >>> 0, (op >> 4) & 15);
    control[PHASE] = 1;
  },
  plain: (_op: number, at: number, bytes: number): void => {
    if (bytes > 0) legal(at >>> 0, bytes);
  },
  fail: (): number => 0,
  mark: (kind: number, at: number, bytes: number): void => {
    at >>>= 0;
    if (kind === MARK_FREE) {
      control[FREE_AT] = at;
      control[FREE_BYTES] = bytes;
    }
    const state = kind === MARK_FREE ? FREE : kind === MARK_ROOM ? ROOM : LIVE;
    shadow.fill(state, at >>> 3, (at + bytes + 7) >>> 3);
  },
  fault: (code: number, at: number): void => {
    throw new Error(`${invariantOf(code)} does not hold at ${at >>> 0}`);
  },
};

function dawdle(): void {
  const turns = 1 << (random.next() % 12);
  for (let n = 0; n < turns; n++) Atomics.load(shared, CLOCK);
}

function legal(at: number, bytes: number): void {
  const end = (at + bytes + 7) >>> 3;
  for (let cell = at >>> 3; cell < end; cell++) {
    if (shadow[cell]! >= FREE)
      throw new Error(`access of ${bytes} bytes at ${at} touches freed memory`);
  }
}

/** Waits for this thread's turn, and compares what it meets with what the simulated run met. */
function stepped(op: number, at: number): void {
  stepDone();
  const steps = order!.steps;
  for (;;) {
    const turn = Atomics.load(shared, TURN);
    if (turn < order!.count && steps[turn * STEP_WORDS] === me) {
      const base = turn * STEP_WORDS;
      const width = (op >> 4) & 15;
      const same =
        steps[base + 1] === (op & 15) &&
        ((op & 15) === PAUSE ||
          (steps[base + AT] === (at | 0) &&
            steps[base + BEFORE] === i32[at >> 2] &&
            (width !== 8 || steps[base + BEFORE + 1] === i32[(at >> 2) + 1])));
      if (!same) Atomics.compareExchange(shared, MISMATCH, 0, turn + 1);
      outstanding = true;
      control[FREE_BYTES] = 0;
      return;
    }
    if (turn >= order!.count) throw new Error('the order is over, this thread is not');
    Atomics.wait(shared, TURN, turn, 5000);
  }
}

function stepDone(): void {
  if (!outstanding) return;
  outstanding = false;
  Atomics.add(shared, TURN, 1);
  Atomics.notify(shared, TURN);
}

const instances = setup.kernels.map((kernel: Kernel, n: number) => {
  const instance = new Instance(kernel, { env });
  instance.become(setup.globals[n]!);
  return instance;
});
const pages = setup.memory.buffer.byteLength / 65536;
const world = new Arena(pages, { memory: setup.memory, shadow: setup.shadow });
const thread = new VirtualThread(me, 'worker', instances, world);
let written = 0;

function append(text: string): void {
  const { written: bytes } = encoder.encodeInto(text, log.subarray(written));
  written += bytes;
  Atomics.store(control, LOG, written);
}

let noted = '';

/** What this thread knows, for the host, should it die in what comes. */
function note(run: unknown): void {
  if (order !== undefined) return;
  const state = serialize({ run, local: thread.local }).toString('base64');
  if (state !== noted) append(`S${state}\n`);
  noted = state;
}

function drive<R>(steps: Steps<R>, run: unknown): R {
  let it = steps.next();
  while (it.done !== true) {
    note(run);
    const result = invoke(it.value);
    if (order !== undefined) stepDone();
    it = steps.next(result);
  }
  note(run);
  return it.value;
}

function perform(run: unknown, call: OpCall): void {
  append(`B${Atomics.add(shared, CLOCK, 1)} ${JSON.stringify(call)}\n`);
  const result = drive(structure.operations[call[0]]!.run(thread, run, ...call.slice(1)), run);
  control[PHASE] = 0;
  append(`E${Atomics.add(shared, CLOCK, 1)} ${JSON.stringify(result) ?? 'undefined'}\n`);
}

parentPort!.on('message', (message: Control) => {
  for (const [n, instance] of instances.entries()) instance.become(setup.globals[n]!);
  Object.assign(thread.local, setup.local);
  const run = clone(setup.run);
  written = 0;
  noted = '';
  outstanding = false;
  order = message.order;
  random = new Random(message.seed);
  delays = message.delays;
  doom = message.doom;
  let error: string | undefined;
  try {
    Atomics.add(shared, READY, 1);
    if (order === undefined) while (Atomics.load(shared, READY) < message.workers);
    Atomics.store(control, GOING, 1);
    for (let n = 0; n < message.calls; n++) {
      const call = message.program?.[n] ?? structure.soak!.call((m) => random.below(m), me);
      perform(run, call);
    }
  } catch (thrown) {
    error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  control[PHASE] = 0;
  const globals = instances.map((instance) => instance.present());
  parentPort!.postMessage({ done: true, error, globals });
});
parentPort!.postMessage({ up: true });
