// Handles: how maps are found again, and what closing and destroying one does.

import { bytes, u32 } from '@x/shm-arena/codec';
import { same, throws } from '../assert.ts';
import { values } from '../samples.ts';
import type { MapTest } from '../world.ts';

export const handles: readonly MapTest[] = [
  {
    name: 'create, open, openOrCreate and attach give the same map',
    run(world) {
      const { arena, type } = world;
      const map = world.filled({ ...values<number>(), name: 'prices' }, [['a', 1]]);
      same(type.open(arena, 'prices').get('a'), 1);
      same(type.openOrCreate(arena, { name: 'prices' }).get('a'), 1);
      same(type.attach(arena, structuredClone(map.handle)).get('a'), 1);
      same(type.openOrCreate(arena, { name: 'other' }).get('a'), undefined);
      const found = arena.structures().map(({ name }) => name);
      same(found.sort(), ['other', 'prices']);
    },
  },
  {
    name: 'a destroyed name may be used again, and old handles do not see the new map',
    run(world) {
      const { arena, type } = world;
      const options = { ...values<number>(), name: 'prices' };
      const map = world.filled(options, [['a', 1]]);
      const second = type.open(arena, 'prices', values<number>());
      map.destroy();
      same(world.make(options).get('a'), undefined);
      throws([() => second.get('a'), () => type.attach(arena, map.handle)], 'CLOSED');
    },
  },
  {
    name: 'closing is mine alone, and harmless twice',
    run(world) {
      const map = world.filled({ ...values<number>(), name: 'prices' }, [['a', 1]]);
      const second = world.type.open(world.arena, 'prices', values<number>());
      map.close();
      map.close();
      map[Symbol.dispose]();
      throws(() => map.get('a'), 'CLOSED');
      same(second.get('a'), 1);
    },
  },
  {
    name: 'one object of options serves who makes a map and who opens it',
    run(world) {
      const { arena, type } = world;
      const options = { name: 'n', ...(world.subject.sample as object) };
      const { handle } = world.filled(options, [['a', 1]]);
      same(type.open(arena, 'n', options).size, 1);
      same(type.openOrCreate(arena, options).size, 1);
      same(type.attach(arena, handle, options).size, 1);
    },
  },
  {
    name: 'the class goes by its name, tells its maps from others, and is no constructor',
    run(world) {
      const { arena, subject } = world;
      const Class = subject.type as (new (arena: unknown) => unknown) & { name: string };
      same(Class.name, subject.name);
      const map: unknown = world.make();
      same([map instanceof Class, map instanceof Map], [true, false]);
      for (const other of [new Map(), {}, 5, null]) same((other as object) instanceof Class, false);
      throws(() => new Class(arena), /create/);
      throws(() => new Class(arena), TypeError);
    },
  },
  {
    name: 'NAME_TAKEN, NAME_UNKNOWN and bad names',
    run(world) {
      const { arena, type } = world;
      world.make({ name: 'a' });
      throws(() => type.create(arena, { name: 'a' }), 'NAME_TAKEN');
      throws(() => type.open(arena, 'b'), 'NAME_UNKNOWN');
      throws(() => type.create(arena, { name: 'x'.repeat(97) }), RangeError);
      throws(() => type.create(arena, { name: 5 as never }), TypeError);
      throws(() => type.create(arena, { name: '' }), 'OUT_OF_RANGE');
      same(
        arena.structures().map(({ name }) => name),
        ['a'],
      );
    },
  },
  {
    name: 'CODEC_MISMATCH names what was found and expected',
    run(world) {
      const { arena, type } = world;
      const map = world.make<string, number>({ name: 'a', value: u32 });
      const calls = [
        () => type.open(arena, 'a'),
        () => type.attach(arena, map.handle),
        () => type.openOrCreate(arena, { name: 'a' }),
      ];
      throws(calls, 'CODEC_MISMATCH');
      throws(calls, /u32.*json/);
      throws(() => type.open(arena, 'a', { key: bytes, value: u32 }), 'CODEC_MISMATCH');
    },
  },
  {
    name: 'WRONG_TYPE and ARENA_FOREIGN for handles of something else',
    run(world) {
      const { arena, context, type } = world;
      const { handle } = world.make(values<number>());
      throws(() => type.attach(context.arena(), handle), 'ARENA_FOREIGN');
      throws(() => type.attach(arena, { ...handle, type: 'Another' }), 'WRONG_TYPE');
      throws(() => type.attach(arena, null as never), 'WRONG_TYPE');
    },
  },
];
