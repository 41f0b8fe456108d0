// The ladder of attach: each rung is an error of its own, and no header byte is trusted.
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { ArenaHandle } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { createStructure } from '../src/structure/structure.ts';
import { codeOf } from './support.ts';

const HEADER_BYTES = 128;
const MIB = 2 ** 20;

/**
 * A private copy of an arena's memory that nobody is attached to, in as many pages as asked for.
 */
function copyOf(arena: Arena, pages = arena.memory.buffer.byteLength / 65536): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const bytes = new Uint8Array(arena.memory.buffer).subarray(0, pages * 65536);
  new Uint8Array(memory.buffer).set(bytes);
  return memory;
}

function handleOf(memory: unknown): ArenaHandle {
  return { type: '@x/shm-arena', memory } as ArenaHandle;
}

/** What `postMessage` makes of an arena, if it can. */
function cloneOf({ memory, participant }: Arena): never {
  return { memory, participant } as never;
}

/** A memory with the header of an arena, and nothing else. */
function headerOf({ memory }: Arena): WebAssembly.Memory {
  const copy = shared(memory.buffer.byteLength / 65536);
  new Uint8Array(copy.buffer).set(new Uint8Array(memory.buffer, 0, HEADER_BYTES));
  return copy;
}

/** Says that it is a memory. */
const pretender = {
  [Symbol.toStringTag]: 'WebAssembly.Memory',
  buffer: new SharedArrayBuffer(MIB),
};

/** The handle of a structure. */
const LOG = { type: 'Log', arena: '00', entry: 1, generation: 1 };

const arena = Arena.create({ bytes: MIB, participants: 2 });
const sleeping = copyOf(arena);

function attachFlipped(at: number, value: number): string {
  const bytes = new Uint8Array(sleeping.buffer);
  const before = bytes[at]!;
  bytes[at] = value;
  try {
    return codeOf(() => Arena.attach(handleOf(sleeping)));
  } finally {
    bytes[at] = before;
  }
}

describe('attach refuses', () => {
  test.each<[string, RegExp, () => unknown]>([
    ['TypeError WRONG_TYPE', /found undefined/, () => Arena.attach(undefined as never)],
    ['TypeError WRONG_TYPE', /found "handle"/, () => Arena.attach('handle' as never)],
    ['TypeError WRONG_TYPE', /found an object/, () => Arena.attach({ memory: 1 } as never)],
    ['TypeError WRONG_TYPE', /found null/, () => Arena.attach(handleOf(null))],
    [
      'TypeError WRONG_TYPE',
      /found an object \(SharedArrayBuffer\)/,
      () => Arena.attach(handleOf(arena.memory.buffer)),
    ],
    [
      'TypeError UNSUPPORTED',
      /expected shared memory, found an ArrayBuffer/,
      () => Arena.attach(handleOf(new WebAssembly.Memory({ initial: 1 }))),
    ],
    [
      'RangeError ARENA_CORRUPT',
      /expected an arena of 65536 bytes, found 0/,
      () => Arena.attach(handleOf(shared(0))),
    ],
    [
      'RangeError ARENA_CORRUPT',
      /expected an arena of 1048576 bytes, found 131072/,
      () => Arena.attach(handleOf(copyOf(arena, 2))),
    ],
    [
      'TypeError WRONG_TYPE',
      /expected a handle with a WebAssembly.Memory, found an object/,
      () => Arena.attach(handleOf(pretender)),
    ],
    ['TypeError WRONG_TYPE', /found an Arena; its `handle`/, () => Arena.attach(arena as never)],
    [
      'TypeError WRONG_TYPE',
      /found a WebAssembly.Memory; an arena has a `handle`/,
      () => Arena.attach(arena.memory as never),
    ],
    ['TypeError WRONG_TYPE', /found a copy of an Arena;/, () => Arena.attach(cloneOf(arena))],
    ['TypeError WRONG_TYPE', /found the handle of a Log/, () => Arena.attach(LOG as never)],
    [
      'TypeError WRONG_TYPE',
      /found an object; it has a `handle`/,
      () => Arena.attach({ handle: LOG } as never),
    ],
    [
      'ShmError ARENA_CORRUPT',
      /expected an arena, found its header alone/,
      () => Arena.attach(handleOf(headerOf(arena))),
    ],
    [
      'ShmError ARENA_FOREIGN',
      /expected the memory of an arena \(0x\w+\), found 0x00000000/,
      () => Arena.attach(handleOf(shared(4))),
    ],
  ])('%s %s', (code, message, call) => {
    expect(codeOf(call)).toBe(code);
    expect(call).toThrow(message);
  });

  test('another protocol and another build, naming both numbers', () => {
    const bytes = new Uint8Array(sleeping.buffer);
    const found = bytes[16]! + 1;
    expect(attachFlipped(16, found)).toBe('ShmError ARENA_PROTOCOL');
    bytes[16] = found;
    const call = () => Arena.attach(handleOf(sleeping));
    expect(call).toThrow(`expected arena protocol ${found - 1}, found ${found}`);
    bytes[16] = found - 1;
    expect(attachFlipped(20, 1)).toBe('ShmError ARENA_PROTOCOL');
  });

  test('every header byte with any bit flipped, and some with every value', () => {
    const bytes = new Uint8Array(sleeping.buffer);
    const codes = new Set<string>();
    for (let at = 0; at < HEADER_BYTES; at++) {
      const all = at % 8 === 0 ? 256 : 8;
      for (let i = 0; i < all; i++) {
        const value = all === 256 ? i : bytes[at]! ^ (1 << i);
        if (value === bytes[at]) continue;
        const code = attachFlipped(at, value);
        codes.add(code);
        expect([at, value, code]).toEqual([at, value, expect.stringMatching(/ ARENA_/)]);
      }
    }
    expect([...codes].sort()).toEqual([
      'ShmError ARENA_CORRUPT',
      'ShmError ARENA_FOREIGN',
      'ShmError ARENA_PROTOCOL',
    ]);
  });

  test('nothing that another realm made', () => {
    const { Memory } = runInNewContext('WebAssembly') as typeof WebAssembly;
    const memory = new Memory({ initial: 16, maximum: 16, shared: true });
    expect(memory).not.toBeInstanceOf(WebAssembly.Memory);
    new Uint8Array(memory.buffer).set(new Uint8Array(sleeping.buffer));
    const copy = Arena.attach(handleOf(memory));
    expect(copy.verify().problems).toEqual([]);
    copy.detach();
  });

  test('nothing, when the header is whole', () => {
    const copy = Arena.attach(handleOf(copyOf(Arena.create({ bytes: MIB, participants: 2 }))));
    expect(copy.participant.slot).toBe(1); // Slot 0 is the creator's, as far as the copy knows.
    copy.detach();
  });
});

describe('in the place of an arena', () => {
  const create = (given: unknown) => createStructure(given as Arena, {} as never, {}, () => 0);

  test.each<[string, unknown]>([
    ['the handle of an arena; `Arena.attach` takes it', arena.handle],
    ['a copy of an Arena; only its `handle` can be sent', cloneOf(arena)],
    ['a WebAssembly.Memory; an arena has a `handle`', arena.memory],
    ['the handle of a Log', LOG],
    ['an object', { memory: pretender }],
    ['undefined', undefined],
    ['"arena"', 'arena'],
  ])('%s is refused', (found, given) => {
    expect(codeOf(() => create(given))).toBe('TypeError WRONG_TYPE');
    expect(() => create(given)).toThrow(`expected an Arena, found ${found}`);
  });

  test('one that was detached is CLOSED', () => {
    const gone = Arena.create({ bytes: MIB, participants: 2 });
    gone.detach();
    expect(codeOf(() => create(gone))).toBe('ShmError CLOSED');
  });
});

function shared(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
}
