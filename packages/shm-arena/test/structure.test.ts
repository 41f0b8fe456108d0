// The directory, by a structure that consists of its entry alone: its kernel is the arena's own.
import { afterEach, describe, expect, test } from 'vitest';
import { ARENA_PROTOCOL } from '../build/numbers/ground/layout.ts';
import { Arena } from '../src/arena/arena.ts';
import { json, u32, utf8 } from '../src/codec.ts';
import { type ArenaKernel, Status } from '../src/ground/kernel.ts';
import type { StructureType } from '../src/structure/kind.ts';
import {
  attachStructure,
  type Build,
  createStructure,
  type Membership,
  openOrCreateStructure,
  openStructure,
} from '../src/structure/structure.ts';
import { bare, buildBare, ROOT } from './bare.ts';
import { codeOf } from './support.ts';

const CELL: StructureType<ArenaKernel> = { ...bare('Cell'), verify: () => ['a crack'] };
const OTHER = { ...CELL, type: 'Other' };

const build = buildBare;

let arena = Arena.create({ bytes: 2 ** 22, participants: 4 });
afterEach(() => {
  arena.detach();
  arena = Arena.create({ bytes: 2 ** 22, participants: 4 });
});

const codecs = { key: utf8, value: u32 };
const create = (name?: string) => createStructure(arena, CELL, { name, ...codecs }, build);
const isAlive = ({ seat, entry, generation }: Membership<ArenaKernel>) =>
  seat.kernel.entryAlive(entry, generation) !== 0;

describe('create, open and attach', () => {
  test('all lead to the same structure', () => {
    const made = create('a');
    expect(made.seat.kernel.entryRoot(made.entry)).toBe(ROOT);
    const others = [
      openStructure(arena, CELL, 'a', codecs),
      openOrCreateStructure(arena, CELL, { name: 'a', ...codecs }, build),
      attachStructure(arena, CELL, structuredClone(made.handle), codecs),
    ];
    for (const { entry, generation } of others) {
      expect([entry, generation]).toEqual([made.entry, made.generation]);
    }
    expect(arena.structures()).toEqual([
      { name: 'a', type: 'Cell', protocol: ARENA_PROTOCOL, handle: made.handle },
    ]);
    expect(arena.stats().structures).toMatchObject([{ name: 'a', joined: 1 }]);
    for (const each of others) each.close();
    made.close();
    made.close();
    expect(arena.stats().structures).toMatchObject([{ name: 'a', joined: 0 }]);
    expect(codeOf(() => made.check())).toBe('ShmError CLOSED');
    openStructure(arena, CELL, 'a', codecs).check();
  });

  test('names of all kinds, and none', () => {
    const names = ['x', 'ü€😀', '\0', 'n'.repeat(96), '__proto__'];
    for (const name of names) create(name);
    create();
    create();
    const listed = arena.structures().map(({ name }) => name);
    expect(listed.sort()).toEqual(['', '', ...names].sort());
    expect(codeOf(() => create('n'.repeat(97)))).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => create('\ud800'))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => create(5 as never))).toBe('TypeError INVALID_TYPE');
    const { handle } = create('y');
    expect(() => openStructure(arena, CELL, handle as never, codecs)).toThrow(
      'name: expected a string, found the handle of a Cell',
    );
    expect(codeOf(() => openStructure(arena, CELL, '', codecs))).toBe('RangeError OUT_OF_RANGE');
  });

  test('what does not fit is named', () => {
    const made = create('a');
    const open = (type = CELL, name = 'a', own: object = codecs) => {
      return codeOf(() => openStructure(arena, type, name, own));
    };
    expect(codeOf(() => create('a'))).toBe('ShmError NAME_TAKEN');
    expect(open(CELL, 'b')).toBe('ShmError NAME_UNKNOWN');
    expect(open(OTHER)).toBe('ShmError WRONG_TYPE');
    expect(open(CELL, 'a', { key: utf8, value: json })).toBe('ShmError CODEC_MISMATCH');
    expect(open(CELL, 'a', { key: utf8 })).toBe('ShmError CODEC_MISMATCH');
    expect(open(CELL, 'a', { ...codecs, key: { ...utf8, version: 2 } })).toBe(
      'ShmError CODEC_MISMATCH',
    );
    const { handle } = made;
    const attach = (type: typeof CELL, own: unknown) => {
      return codeOf(() => attachStructure(arena, type, own as typeof handle, codecs));
    };
    expect(attach(CELL, null)).toBe('TypeError WRONG_TYPE');
    expect(attach(CELL, { ...handle, entry: 'x' })).toBe('TypeError WRONG_TYPE');
    expect(attach(OTHER, handle)).toBe('ShmError WRONG_TYPE');
    expect(attach(OTHER, { ...handle, type: 'Other' })).toBe('ShmError WRONG_TYPE');
    expect(attach(CELL, { ...handle, arena: 'ff' })).toBe('ShmError ARENA_FOREIGN');
    expect(attach(CELL, { ...handle, entry: 256 })).toBe('RangeError OUT_OF_RANGE');
    expect(attach(CELL, { ...handle, generation: 77 })).toBe('ShmError CLOSED');
    expect(codeOf(() => createStructure({} as never, CELL, {}, build))).toBe(
      'TypeError WRONG_TYPE',
    );
  });

  test('in the place of a handle', () => {
    const made = create('a');
    for (const [found, given] of [
      ['an Arena; its `handle` can be attached', arena],
      ['the handle of an arena; `Arena.attach` takes it', arena.handle],
      ['an object (Membership); it has a `handle`', made],
      ['"a"', 'a'],
    ] as const) {
      const attach = () => attachStructure(arena, CELL, given as never, codecs);
      expect(codeOf(attach)).toBe('TypeError WRONG_TYPE');
      expect(attach).toThrow(`expected the handle of a ${CELL.type}, found ${found}`);
    }
  });

  test('codecs are checked', () => {
    const wrong: [string, unknown][] = [
      ['TypeError INVALID_TYPE', null],
      ['TypeError INVALID_TYPE', { id: 'x' }],
      ['RangeError OUT_OF_RANGE', { ...utf8, version: -1 }],
      ['RangeError OUT_OF_RANGE', { ...utf8, id: '' }],
      ['RangeError OUT_OF_RANGE', { ...utf8, id: 'i'.repeat(25) }],
    ];
    for (const [code, key] of wrong) {
      const call = () => createStructure(arena, CELL, { key: key as never }, build);
      expect(codeOf(call)).toBe(code);
    }
    expect(arena.structures()).toEqual([]);
  });

  test('the directory is full at some point, and has room again after a destroy', () => {
    const all: Membership<ArenaKernel>[] = [];
    let code = 'nothing';
    while (code === 'nothing') code = codeOf(() => all.push(create()));
    expect(code).toBe('ShmError LIMIT_REACHED');
    expect(all).toHaveLength(256);
    all[7]!.destroy();
    create();
    expect(arena.verify().problems.filter((text) => !text.endsWith('a crack'))).toEqual([]);
  });
});

describe('a creation that fails', () => {
  test('leaves nothing, whether by a status or an exception', () => {
    const full: Build<ArenaKernel> = () => Status.FULL;
    const thrown: Build<ArenaKernel> = () => {
      throw new RangeError('mine');
    };
    expect(codeOf(() => createStructure(arena, CELL, { name: 'a' }, full))).toBe(
      'ShmError ARENA_FULL',
    );
    expect(() => createStructure(arena, CELL, { name: 'a' }, thrown)).toThrow('mine');
    expect(arena.structures()).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
    create('a');
  });
});

describe('destroy', () => {
  test('frees the name; old handles do not see what takes it', () => {
    const old = create('a');
    const second = openStructure(arena, CELL, 'a', codecs);
    old.destroy();
    expect(isAlive(second)).toBe(false);
    expect(second.error(Status.CLOSED)).toMatchObject({ code: 'CLOSED' });
    expect(codeOf(() => old.destroy())).toBe('ShmError CLOSED');
    const next = create('a');
    expect(isAlive(next)).toBe(true);
    expect(isAlive(second)).toBe(false);
    second.destroy(); // Somebody was faster: harmless.
    expect(isAlive(next)).toBe(true);
    expect(codeOf(() => attachStructure(arena, CELL, old.handle, codecs))).toBe('ShmError CLOSED');
  });
});

describe('detach', () => {
  test('closes what is open', () => {
    const { handle } = arena;
    const made = create('a');
    arena.detach();
    expect(made.isOpen).toBe(false);
    expect(codeOf(() => create('b'))).toBe('ShmError CLOSED');
    arena = Arena.attach(handle);
    expect(arena.stats().structures).toMatchObject([{ name: 'a', joined: 0 }]);
  });
});

test('verify walks registered types, and says which it cannot', () => {
  create('a');
  expect(arena.verify()).toEqual({ ok: false, problems: ['Cell "a": a crack'], unwalked: [] });
  const { handle } = arena;
  const stranger = { ...CELL, type: 'Stranger' };
  const key = Symbol.for('@x/shm-arena/thread-1');
  createStructure(arena, stranger, {}, build);
  const record = (globalThis as unknown as Record<symbol, { types: Map<string, unknown> }>)[key]!;
  record.types.delete(`Stranger@${ARENA_PROTOCOL}:0`);
  expect(Arena.attach(handle).verify().unwalked).toEqual(['Stranger in entry 1']);
});
