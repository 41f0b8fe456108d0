// What holds for a thread as a whole: two copies of the package in it, what importing does, pages
// that are not isolated, and waiting.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Arena } from '../src/arena/arena.ts';
import { SlotKind, Status } from '../src/ground/kernel.ts';
import { Patience } from '../src/ground/patience.ts';
import { supports } from '../src/ground/supports.ts';
import { seatOf } from '../src/life/seats.ts';
import { codeOf } from './support.ts';

type Package = typeof import('../src/index.ts');
type Structure = typeof import('../src/structure.ts');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('two copies of the package in one thread', () => {
  const dir = mkdtempSync(join(tmpdir(), 'copies-'));
  const copies: { index: Package; structure: Structure }[] = [];

  beforeAll(async () => {
    for (const name of ['one', 'two']) {
      cpSync(new URL('../dist', import.meta.url), join(dir, name), { recursive: true });
      const load = (file: string) => import(pathToFileURL(join(dir, name, file)).href);
      copies.push({ index: await load('index.js'), structure: await load('structure.js') });
    }
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('share one slot, which the last of them gives back', () => {
    const [one, two] = copies;
    const first = one!.index.Arena.create({ bytes: 2 ** 22, participants: 2 });
    const second = two!.index.Arena.attach(structuredClone(first.handle));
    expect(second).not.toBeInstanceOf(one!.index.Arena);
    expect(second.participant).toEqual(first.participant);
    const at = first.alloc(100);
    second.free(at);
    first.detach();
    expect(second.stats().participants).toHaveLength(1);
    expect(second.alloc(10)).toBeGreaterThan(0);
    second.detach();
  });

  test('see where scratch is, whichever moves it', () => {
    const [one, two] = copies;
    const first = one!.index.Arena.create({ bytes: 2 ** 24, participants: 2 });
    const second = two!.index.Arena.attach(first.handle);
    const [a, b] = [one!.structure.seatOf(first).crossing, two!.structure.seatOf(second).crossing];
    expect(a.at).toBe(b.at);
    a.need(2 ** 20);
    expect(a.at).not.toBe(b.at);
    b.begin();
    expect(b.at).toBe(a.at);
    expect(b.outBytes).toBe(a.outBytes);
    // An arena of one copy is taken by the structures of another.
    expect(two!.structure.seatOf(first).slot).toBe(first.participant.slot);
    first.detach();
    second.detach();
    expect(codeOf(() => one!.structure.seatOf(second))).toBe('ShmError CLOSED');
  });

  test("accept each other's errors", () => {
    const [one, two] = copies;
    expect(new one!.index.ShmError('CLOSED', 'x')).toBeInstanceOf(two!.index.ShmError);
  });

  test('touch no global when they are imported', async () => {
    cpSync(new URL('../dist', import.meta.url), join(dir, 'three'), { recursive: true });
    const before = Reflect.ownKeys(globalThis);
    const watched = [
      'WebAssembly',
      'SharedArrayBuffer',
      'Atomics',
      'Buffer',
      'navigator',
      'crypto',
    ];
    for (const name of watched) {
      const real = (globalThis as Record<string, unknown>)[name];
      const seen = new Proxy(real as object, {
        get(target, key) {
          throw new Error(`${name}.${String(key)} was read: ${typeof target}`);
        },
      });
      vi.stubGlobal(name, seen);
    }
    const files = ['codec.js', 'index.js', 'structure.js'];
    for (const file of files) await import(pathToFileURL(join(dir, 'three', file)).href);
    vi.unstubAllGlobals();
    expect(Reflect.ownKeys(globalThis)).toEqual(before);
  });
});

describe('a page that is not isolated', () => {
  test('has an arena for one thread, and no handle', () => {
    vi.stubGlobal('crossOriginIsolated', false);
    expect(supports()).toMatchObject({ shared: true, isolated: false });
    const arena = Arena.create({ bytes: 2 ** 22, participants: 1 });
    arena.free(arena.alloc(100));
    expect(codeOf(() => arena.handle)).toBe('ShmError NOT_ISOLATED');
    expect(() => arena.handle).toThrow(/Cross-Origin-Opener-Policy.*Cross-Origin-Embedder-Policy/);
    arena.detach();
  });
});

describe('supports', () => {
  test('in Node', () => {
    expect(supports()).toMatchObject({
      shared: true,
      isolated: true,
      blocking: true,
      deathDetection: 'exit',
    });
  });

  test('in a browser without and with Web Locks, and in none of these', () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('navigator', { locks: {} });
    expect(supports()).toMatchObject({ webLocks: true, deathDetection: 'locks' });
    vi.stubGlobal('navigator', {
      get locks() {
        throw new Error('an opaque origin');
      },
    });
    expect(supports()).toMatchObject({ webLocks: false, deathDetection: 'none' });
    vi.stubGlobal('WebAssembly', undefined);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(supports()).toMatchObject({ shared: false, isolated: false, blocking: false });
  });
});

describe('waiting', () => {
  const seat = { shared: { watches: false } };

  test('a call that is contended is repeated, sleeping longer each time', () => {
    const sleeps: number[] = [];
    vi.spyOn(Atomics, 'wait').mockImplementation((_word, _at, _value, time) => {
      sleeps.push(time as number);
      return 'timed-out';
    });
    const patience = new Patience(seat);
    for (let i = 0; i < 60; i++) patience.wait();
    const own = sleeps.filter((time) => time > 0);
    expect(own).toHaveLength(57);
    expect([...own].sort((a, b) => a - b)).toEqual(own);
    expect(own.at(-1)).toBe(64);
  });

  test('a thread that learns of deaths by its event loop gives up after a while', () => {
    vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    const patience = new Patience({ shared: { watches: true } });
    const wait = () => {
      for (let i = 0; i < 60; i++) patience.wait();
    };
    expect(codeOf(wait)).toBe('ShmError CONTENDED');
  });

  test('a thread that may not block is told at once', async () => {
    vi.resetModules();
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    });
    const fresh = await import('../src/ground/patience.ts');
    const patience = new fresh.Patience(seat);
    const wait = () => {
      for (let i = 0; i < 4; i++) patience.wait();
    };
    expect(codeOf(wait)).toBe('ShmError CONTENDED');
  });

  test('who was buried makes no room: what it has is for others to recover', () => {
    const arena = Arena.create({ bytes: 2 ** 22, participants: 2 });
    const own = seatOf(arena);
    own.kernel.bury(own.slot, own.generation);
    expect(own.settle(() => Status.FULL)).toBe(Status.FULL);
    expect(own.recoverQuietly()).toBe(false);
    expect(own.kernel.slotKind(own.slot)).toBe(SlotKind.DEAD);
    arena.detach();
  });

  test('settle passes other outcomes on, and looks after the dead in between', () => {
    const arena = Arena.create({ bytes: 2 ** 22, participants: 2 });
    const own = seatOf(arena);
    vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    const recovered = vi.spyOn(own, 'recoverQuietly');
    const answers = [Status.CONTENDED, Status.CONTENDED, Status.FULL];
    expect(own.settle(() => answers.shift()!)).toBe(Status.FULL);
    expect(recovered).toHaveBeenCalledTimes(3);
    expect(own.settle(() => Status.OK)).toBe(Status.OK);
    const indices = [-Status.CONTENDED, -Status.CONTENDED, 7];
    expect(own.index('x', () => indices.shift()!)).toBe(7);
    vi.restoreAllMocks();
    arena.detach();
  });
});
