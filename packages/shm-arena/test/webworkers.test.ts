// Deaths that no event tells of, and runtimes of which this is none: browsers, Deno and Bun as far
// as the arena looks at them, with locks that a test grants, drops and refuses.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeWorker } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { type ArenaKernel, kernelBytes } from '../src/ground/kernel.ts';
import { codeOf } from './support.ts';

interface Request {
  readonly name: string;
  readonly callback: (lock: object | null) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A lock manager that grants when it is told to. */
class FakeLocks {
  readonly held = new Set<string>();
  readonly asked: Request[] = [];
  /** Names that were asked for with `ifAvailable`. */
  probed: string[] = [];

  request(name: string, options: { ifAvailable?: boolean }, callback: Request['callback']) {
    if (options.ifAvailable) {
      this.probed.push(name);
      return Promise.resolve(callback(this.held.has(name) ? null : {}));
    }
    return new Promise((resolve, reject) => {
      this.asked.push({ name, callback, resolve, reject });
    });
  }

  async grant(): Promise<void> {
    for (const { name, callback, resolve } of this.asked.splice(0)) {
      this.held.add(name);
      const over = Promise.resolve(callback({}));
      over.then((value) => {
        this.held.delete(name);
        resolve(value);
      });
    }
    await flush();
  }

  async refuse(): Promise<void> {
    for (const { reject } of this.asked.splice(0)) reject(new Error('an opaque origin'));
    await flush();
  }
}

async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

let locks = new FakeLocks();
let arena: Arena | undefined;

beforeEach(() => {
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  arena?.detach();
  arena = undefined;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What `globalThis` has in a runtime. */
const RUNTIMES = {
  window: { process: undefined },
  'web worker': { process: undefined, WorkerGlobalScope: class {} },
  Node: { process: threads({}, { threadId: 0, isMainThread: true, parentPort: null }) },
  'Node worker': { process: threads({}, { threadId: 7, isMainThread: false, parentPort: {} }) },
  Deno: {
    process: threads({ deno: '2.9.6' }, { threadId: 0, isMainThread: true, parentPort: null }),
  },
  'Node worker in Deno': {
    process: threads({ deno: '2.9.6' }, { threadId: 7, isMainThread: false, parentPort: {} }),
    WorkerGlobalScope: class {},
  },
  'Web Worker in Deno': {
    process: threads({ deno: '2.9.6' }, { threadId: 0, isMainThread: true, parentPort: null }),
    WorkerGlobalScope: class {},
  },
  Bun: {
    process: threads({ bun: '1.4.5' }, { threadId: 0, isMainThread: true, parentPort: null }),
  },
};

function threads(versions: object, module: object): object {
  return { versions: { node: '26.0.0', ...versions }, getBuiltinModule: () => module };
}

function enter(runtime: keyof typeof RUNTIMES): void {
  for (const [name, value] of Object.entries(RUNTIMES[runtime])) vi.stubGlobal(name, value);
}

function create(): Arena {
  arena = Arena.create({ bytes: 2 ** 22, participants: 4 });
  return arena;
}

const module = new WebAssembly.Module(kernelBytes());

/** Another thread of the arena, which holds a lock (`locked`) or is yet to. */
function other({ memory }: Arena, locked = true) {
  const k = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ArenaKernel;
  const slot = k.attach(0);
  const id = Buffer.from(new Uint8Array(memory.buffer, 48, 16)).toString('hex');
  const name = `@x/shm-arena:${id}:${slot}:${k.slotGeneration(slot)}`;
  const lock = () => {
    locks.held.add(name);
    k.setLockHeld(1);
  };
  if (locked) lock();
  return { k, slot, name, lock, die: () => locks.held.delete(name) };
}

/** A Web Worker; it tells of nothing. */
function webWorker() {
  return { postMessage() {}, terminate() {}, addEventListener() {} };
}

function states(): string[] {
  return arena!.stats().participants.map(({ state }) => state);
}

/** Lets the timers that stand run, and what they began. */
async function later(): Promise<void> {
  await vi.runOnlyPendingTimersAsync();
  await flush();
}

async function isReady(): Promise<boolean> {
  let ready = false;
  arena?.ready.then(() => {
    ready = true;
  });
  await flush();
  return ready;
}

describe('the lock that a thread holds for its life', () => {
  const holds: Record<keyof typeof RUNTIMES, boolean> = {
    window: true,
    'web worker': true,
    Node: true,
    'Node worker': true,
    Deno: false,
    'Node worker in Deno': false,
    'Web Worker in Deno': true,
    Bun: false,
  };

  test.each(Object.entries(holds))('%s: %s', async (runtime, held) => {
    enter(runtime as keyof typeof RUNTIMES);
    create();
    expect(locks.asked).toHaveLength(held ? 1 : 0);
    expect(await isReady()).toBe(!held);
    await locks.grant();
    expect(await isReady()).toBe(true);
    expect(arena!.stats().participants).toMatchObject([{ locked: held }]);
  });

  test('has a thread id only where the threads of a program have different ones', () => {
    const ids = Object.keys(RUNTIMES).map((runtime) => {
      enter(runtime as keyof typeof RUNTIMES);
      const { participants } = create().stats();
      arena!.detach();
      vi.unstubAllGlobals();
      vi.stubGlobal('navigator', { locks });
      return participants[0]!.threadId;
    });
    expect(ids).toEqual([-1, -1, 0, 7, 0, 7, -1, 0]);
  });

  test('is asked for once a seat, and given back when the thread leaves', async () => {
    enter('web worker');
    const { handle, ready } = create();
    const second = Arena.attach(handle);
    expect(second.ready).toBe(ready);
    expect(locks.asked).toHaveLength(1);
    await locks.grant();
    second.detach();
    expect(locks.held.size).toBe(1);
    arena!.detach();
    await flush();
    expect(locks.held.size).toBe(0);
  });

  test('of a thread that left before it was granted says nothing in the arena', async () => {
    enter('web worker');
    const { ready } = create();
    const { k } = other(arena!);
    arena!.detach();
    await locks.grant();
    await ready;
    expect(locks.held.size).toBe(1); // Only the other's.
    expect(k.lockHeld(0)).toBe(0);
  });

  test('of a thread that was buried is not the one of its next seat', async () => {
    enter('web worker');
    const { handle, ready, participant } = create();
    other(arena!).k.bury(participant.slot, participant.generation);
    const again = Arena.attach(handle);
    expect(again.ready).not.toBe(ready);
    expect(locks.asked.map(({ name }) => name).join()).toMatch(/:0:1,.*:2:1$/);
    await locks.grant();
    await Promise.all([ready, again.ready]);
    expect(again.stats().participants.map(({ locked }) => locked)).toEqual([false, true, true]);
    again.detach();
  });
});

describe('without Web Locks', () => {
  test('a thread is ready at once, and says that nothing tells of its death', async () => {
    vi.resetModules(); // A refusal is remembered.
    const { Arena, supports } = await import('../src/index.ts');
    enter('window');
    vi.stubGlobal('navigator', {});
    expect(supports().deathDetection).toBe('none');
    const own = Arena.create({ bytes: 2 ** 22 });
    await own.ready;
    expect(codeOf(() => own.watch(webWorker()))).toBe('ShmError UNSUPPORTED');
    expect(await own.probe()).toBe(0);
    own.detach();
  });

  test('a thread whose request is refused is ready, and knows', async () => {
    vi.resetModules();
    const { Arena, supports } = await import('../src/index.ts');
    enter('window');
    expect(supports().deathDetection).toBe('locks');
    const own = Arena.create({ bytes: 2 ** 22 });
    await locks.refuse();
    await own.ready;
    expect(supports()).toMatchObject({ webLocks: false, deathDetection: 'none' });
    expect(own.stats().participants).toMatchObject([{ locked: false }]);
    expect(codeOf(() => own.watch(webWorker()))).toBe('ShmError UNSUPPORTED');
    expect(await own.probe()).toBe(0);
    own.detach();
  });

  test('a probe that is refused has found nobody', async () => {
    vi.resetModules();
    const { Arena } = await import('../src/index.ts');
    enter('window');
    const own = Arena.create({ bytes: 2 ** 22 });
    other(own);
    locks.request = () => Promise.reject(new Error('an opaque origin'));
    expect(await own.probe()).toBe(0);
    own.detach();
  });
});

describe('a Web Worker that is watched', () => {
  beforeEach(() => {
    enter('window');
    create();
  });

  test('is found dead without a call of probe', async () => {
    const worker = webWorker();
    arena!.watch(worker);
    await later();
    const thread = other(arena!);
    await later();
    expect(states()).toEqual(['alive', 'alive']);
    thread.die();
    await later();
    expect(states()).toEqual(['alive', 'dead']);
    expect(arena!.recover()).toMatchObject({ reaped: 1 });
    expect(worker).toBeTypeOf('object');
  });

  test('is found each time that it comes back', async () => {
    const worker = webWorker();
    arena!.watch(worker);
    for (let round = 0; round < 3; round++) {
      const thread = other(arena!);
      await later();
      thread.die();
      await later();
      expect(arena!.recover()).toMatchObject({ reaped: 1 });
    }
    expect(worker).toBeTypeOf('object');
  });

  test('that has no lock yet is not taken for dead', async () => {
    const worker = webWorker();
    arena!.watch(worker);
    const thread = other(arena!, false);
    await later();
    expect(states()).toEqual(['alive', 'alive']);
    expect(locks.probed).toEqual([]);
    thread.lock();
    thread.die();
    await later();
    expect(states()).toEqual(['alive', 'dead']);
    expect(worker).toBeTypeOf('object');
  });

  test('has one timer, however many there are, until the arena is detached', async () => {
    const workers = [webWorker(), webWorker(), webWorker()];
    for (const worker of workers) arena!.watch(worker);
    expect(vi.getTimerCount()).toBe(1);
    await later();
    expect(vi.getTimerCount()).toBe(1);
    arena!.detach();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('has none after a detach during a probe, or once the watcher is buried', async () => {
    const worker = webWorker();
    const thread = other(arena!);
    arena!.watch(worker);
    const request = vi.spyOn(locks, 'request').mockImplementation(() => {
      arena!.detach();
      return Promise.resolve(true);
    });
    await later();
    expect(request).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
    expect(thread.k.alive()).not.toBe(0); // Its death came too late for this thread to tell.
    request.mockRestore();
    const { participant } = create();
    arena!.watch(worker);
    other(arena!).k.bury(participant.slot, participant.generation);
    await later();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is killed before it attached costs no timer once nobody refers to it', async () => {
    const refs: { deref: () => object | undefined }[] = [];
    vi.stubGlobal(
      'WeakRef',
      class {
        deref: () => object | undefined;
        constructor(target: object) {
          this.deref = () => target;
          refs.push(this);
        }
      },
    );
    arena!.watch(webWorker());
    await later();
    expect(vi.getTimerCount()).toBe(1);
    const thread = other(arena!);
    refs[0]!.deref = () => undefined;
    await later();
    expect(vi.getTimerCount()).toBe(1); // Somebody holds a lock: it may have been this worker.
    thread.die();
    await later();
    expect(states()).toEqual(['alive', 'dead']);
    expect(vi.getTimerCount()).toBe(0);
    arena!.watch(webWorker());
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe('a Web Worker of Bun', () => {
  test('is dead when its close event says so', () => {
    enter('Bun');
    vi.stubGlobal('navigator', {});
    create();
    const k = other(arena!, false).k;
    k.detach();
    expect(k.attach(12)).toBe(1);
    const listeners = new Map<string, (event: never) => void>();
    const worker = {
      ...webWorker(),
      threadId: 11,
      addEventListener(type: string, listener: (event: never) => void): void {
        listeners.set(type, listener);
      },
    };
    arena!.watch(worker);
    expect([...listeners.keys()]).toEqual(['close']);
    expect(states()).toEqual(['alive', 'alive']);
    listeners.get('close')?.({} as never);
    expect(states()).toEqual(['alive', 'dead']);
    expect(vi.getTimerCount()).toBe(0);
    worker.threadId = -1;
    expect(codeOf(() => arena!.watch(worker))).toBe('ShmError CLOSED');
  });
});

describe('a Web Worker of Deno that watches', () => {
  test('notes whom it watches: its own end is not the end of all', () => {
    enter('Web Worker in Deno');
    create();
    const worker: NodeWorker = { threadId: 9, once() {} };
    arena!.watch(worker);
    const { k } = other(arena!);
    expect(k.watched(arena!.participant.slot, 0)).toBe(10);
  });
});
