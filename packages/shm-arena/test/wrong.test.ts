// Every call of the arena with every wrong argument: each error has a code.

import { expect, test } from 'vitest';
import * as codecs from '../src/codec.ts';
import { Arena, supports } from '../src/index.ts';
import { WRONG, walks } from './kit.ts';

const fresh = () => Arena.create({ bytes: 2 ** 22 });
const right = {
  alloc: [8, 8],
  tryAlloc: [8, 8],
  bury: [{ slot: 9, generation: 1 }],
  region: [{ budget: 2 ** 16 }],
};

test('what stands on Arena', async () => {
  await walks([{ what: 'Arena', object: Arena, but: ['create'] }]);
  for (const wrong of WRONG) {
    try {
      Arena.create(wrong as never).detach();
    } catch (error) {
      expect(error).toHaveProperty('code');
    }
  }
});

test('an arena, attached and detached', async () => {
  const arena = fresh();
  await walks([{ what: 'Arena', object: arena, right, but: ['detach'] }]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
  await walks([{ what: 'detached Arena', object: arena, right }]);
});

test('regions and what comes of them, open, closed and detached', async () => {
  const arena = fresh();
  for (const end of [() => {}, 'close', 'detach'] as const) {
    const region = arena.region();
    const point = region.savepoint();
    const mark = region.checkpoint();
    if (end === 'close') region.close();
    if (end === 'detach') arena.detach();
    await walks([
      { what: 'Savepoint', object: point, but: ['close'] },
      { what: 'Checkpoint', object: mark, but: ['region'] },
      { what: 'Region', object: region, right: { rewind: [mark] }, but: ['close'] },
    ]);
  }
});

test('codecs, asked for wrong values', () => {
  const { tuple, descending, msgpack, ...rest } = codecs;
  const all = [...Object.values(rest), tuple(codecs.u32, codecs.utf8), descending(codecs.bytes)];
  for (const codec of all) {
    for (const wrong of WRONG) {
      const target = new Uint8Array(64);
      for (const call of [
        () => codec.encode(wrong as never, target, 0),
        () => codec.encodePrefix?.(wrong, target, 0),
      ]) {
        try {
          call();
        } catch (error) {
          expect(error, codec.id).toHaveProperty('code');
        }
      }
    }
  }
  for (const wrong of WRONG) {
    for (const make of [tuple, descending, msgpack] as ((given: never) => unknown)[]) {
      try {
        make(wrong as never);
      } catch (error) {
        expect(error).toHaveProperty('code');
      }
    }
  }
  expect(supports().shared).toBe(true);
});
