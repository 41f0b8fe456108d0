// Takes every public entry, with the compiler as its only reader.

import { AvlBatch, type AvlBatchOptions, type Builder, type Ticket } from '@x/avl-batch';
import type { Message } from '@x/avl-batch/builder';
import { inlineBuilder } from '@x/avl-batch/inline';
import { Hamt, type HamtOptions } from '@x/hamt';
import { Cache, type CacheOptions, type Load } from '@x/hamt/cache';
import { Masstree, type MasstreeOptions } from '@x/masstree';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena, type ArenaHandle, type Codec, ShmError, supports } from '@x/shm-arena';
import { date, f64, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { DomainCore } from '@x/shm-arena/domain';
import { type MapKernel, mapType } from '@x/shm-arena/map';
import { compareBytes } from '@x/shm-arena/ordered';
import { PAGE_BYTES, type StructureType, typeError } from '@x/shm-arena/structure';
import { SkipList, type SkipListOptions } from '@x/skiplist';

interface Price {
  readonly cents: number;
}

const price = json as Codec<Price>;
const arena: Arena = Arena.create({ bytes: 2 ** 24 });
const handle: ArenaHandle = arena.handle;
const other: Arena = Arena.attach(handle);

const map: Hamt<string, Price> = Hamt.create(arena, { name: 'map', value: price });
const old: Price | undefined = map.set('a', { cents: 1 }).get('a');
const first: SkipList<readonly [string, number], Date> = SkipList.create(arena, {
  key: tuple(utf8, u32),
  value: date,
});
for (const [[name, n], day] of first.entries({ reverse: true, limit: 3 })) {
  const line: string = `${name} ${n.toFixed()} ${day.toISOString()}`;
  if (line === '') throw new ShmError('CLOSED', line);
}
const tree: Masstree<string, number> = Masstree.openOrCreate(arena, { name: 'tree', value: f64 });
const updated: number | undefined = tree.set('a', 1).get('a');
const batches: AvlBatch<string, unknown> = AvlBatch.create(arena);
const ticket: Ticket = batches.set('a', 1);
const builders: Builder[] = [
  batches.startBuilder(),
  batches.startBuilder({ worker: true, onError: ({ message }: Error) => message }),
  batches.startBuilder({ worker: inlineBuilder }),
];
const load: Load<string, number> = async (key) => key.length;
const cache: Cache<string, number> = Cache.create(arena, { maxEntries: 10, value: f64 });
const loaded: Promise<number> = cache.fetch('a', load, { ttl: 5 });
const domains = [EpochDomain.create(arena), HazardDomain.create(arena)];
const offsets: number[] = domains.map((domain) => domain.alloc(8));
const bytes: number = new Uint8Array(arena.memory.buffer).length;
using snapshot = map.snapshot();

// @ts-expect-error a name is no number
SkipList.create(arena, { name: 1 });
// @ts-expect-error a value is a price
map.set('a', 1);
// @ts-expect-error an option that is given is not undefined
const exact: { readonly limit?: number } = { limit: undefined };

type Each<K, V> = [AvlBatchOptions<K, V>, HamtOptions<K, V>, MasstreeOptions<K, V>];
export type Options = [...Each<string, Price>, CacheOptions<string, 1>, SkipListOptions<1, Date>];
export type Words = [Message, StructureType<MapKernel>];
export const used = [
  other,
  old,
  updated,
  ticket,
  builders,
  loaded,
  offsets,
  bytes,
  snapshot,
  exact,
];
export const inner = [DomainCore, mapType, compareBytes, PAGE_BYTES, typeError, supports()];
