// What one build of the packages does in a comparison (main.ts). Imported once for each build, so
// that no function sees the classes of both.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as trees from '@x/avl-batch';
import type * as masstrees from '@x/masstree';
import type * as domains from '@x/reclaim-epoch';
import type * as arenas from '@x/shm-arena';
import type * as codecs from '@x/shm-arena/codec';
import type * as lists from '@x/skiplist';
import { keysOf, shuffled } from '../random.ts';
import { VALUES, type ValueName } from '../values.ts';

/** Runs some operations; a checksum of what they read, the same for each build. */
export interface Action {
  readonly operations: number;
  run(): number;
}

type AnyMap = lists.SkipList<string, unknown> | trees.AvlBatch<string, unknown> | AnyMasstree;
type AnyMasstree = masstrees.Masstree<string, unknown>;
/** Of one kind of map, with all entries. */
type Make = (kind: ValueName) => AnyMap;

const KINDS = ['f64', 'json 20', 'utf8 200'] satisfies ValueName[];
const BATCH = 1000;
const LANES = 64;
const LISTS = 32;
const SEED = 1;
/** Where a build keeps what this thread has open: each its own, as if in a thread of its own. */
const RECORD = Symbol.for('@x/shm-arena/thread-1');

/** The actions of the build in `root`, by name: the same names for each build. */
export async function sideOf(root: string, size: number): Promise<Map<string, Action>> {
  const load = (file: string) => import(pathToFileURL(join(root, 'packages', file)).href);
  Reflect.deleteProperty(globalThis, RECORD);
  const { Arena }: typeof arenas = await load('shm-arena/dist/index.js');
  const { f64, json, utf8 }: typeof codecs = await load('shm-arena/dist/codec.js');
  const { SkipList }: typeof lists = await load('skiplist/dist/index.js');
  const { AvlBatch }: typeof trees = await load('avl-batch/dist/index.js');
  const { EpochDomain }: typeof domains = await load('reclaim-epoch/dist/index.js');
  const arena = Arena.create({
    bytes: Math.min(2 ** 32 - 2 ** 16, Math.max(2 ** 29, size * 2 ** 13)),
  });
  const side = new Side(size);
  const of: Partial<Record<ValueName, arenas.AnyCodec>> = {
    ...{ f64, 'json 20': json, 'utf8 200': utf8 },
  };
  const newList = (kind: ValueName) =>
    SkipList.create<string, unknown>(arena, { value: of[kind]! });
  const newTree = (kind: ValueName) => {
    const batch = { maxQueued: 2 ** 20, autoCompact: false };
    return AvlBatch.create<string, unknown>(arena, { value: of[kind]!, batch });
  };
  side.blocks(arena);
  const domain = EpochDomain.create(arena);
  side.add('EpochDomain: alloc and retire', size, () => {
    for (let i = 0; i < size; i++) domain.retire(domain.alloc(32));
    return size;
  });
  const held = new Uint32Array(Math.min(size, 2000));
  for (const bytes of [64, 5000]) {
    side.add(`EpochDomain: alloc of 2 000 of ${bytes} bytes, then retire`, held.length, () => {
      for (let i = 0; i < held.length; i++) held[i] = domain.alloc(bytes);
      for (const at of held) domain.retire(at);
      return held.length;
    });
  }
  side.writes(newList, newTree);
  side.stacked(newList('f64'));
  const newest = existsSync(join(root, 'packages/masstree')); // An older build has none.
  const { Masstree }: Partial<typeof masstrees> = newest
    ? await load('masstree/dist/index.js')
    : {};
  const newMasstree = (kind: ValueName) =>
    Masstree!.create<string, unknown>(arena, { value: of[kind]! });
  if (Masstree !== undefined) side.masstree(newMasstree);
  const filled: Make = (kind) => side.fill(newList(kind), kind);
  const settled: Make = (kind) => {
    const tree = newTree(kind);
    side.fill(tree, kind);
    tree.build();
    tree.compact();
    return tree;
  };
  const masstree: Make = (kind) => side.fill(newMasstree(kind), kind);
  const types = { SkipList: filled, AvlBatch: settled, ...(newest ? { Masstree: masstree } : {}) };
  for (const [type, make] of Object.entries(types)) {
    const map = make('f64');
    side.points(type, map);
    side.cursors(type, map);
    side.ranges(type, map);
    for (const kind of KINDS) side.many(type, kind === 'f64' ? map : make(kind), kind);
  }
  return side.actions;
}

class Side {
  readonly actions = new Map<string, Action>();
  private readonly size: number;
  /** For what costs much more than reading a key. */
  private readonly some: number;
  private readonly inserted: string[];
  private readonly asked: string[];
  private readonly record = Reflect.get(globalThis, RECORD);

  constructor(size: number) {
    this.size = size;
    this.some = Math.ceil(size / 10);
    this.inserted = keysOf(shuffled(size, SEED));
    this.asked = keysOf(shuffled(size, SEED + 1));
  }

  add(name: string, operations: number, work: () => number): void {
    const run = (): number => {
      Reflect.set(globalThis, RECORD, this.record);
      return work();
    };
    this.actions.set(name, { operations, run });
  }

  blocks(arena: arenas.Arena): void {
    const { size } = this;
    for (const bytes of [64, 1024, 5000, 65_536, 100_000]) {
      this.add(`alloc and free of ${bytes} bytes`, size, () => {
        for (let i = 0; i < size; i++) arena.free(arena.alloc(bytes));
        return size;
      });
    }
    const held = new Uint32Array(size);
    this.add('alloc of 64 bytes, as many as keys, then free of these', size, () => {
      for (let i = 0; i < size; i++) held[i] = arena.alloc(64);
      for (const at of held) arena.free(at);
      return size;
    });
    // As many live all the time, of sizes up to so many bytes; each is replaced in random order.
    for (const most of [256, 2000]) {
      const live = shuffled(size, SEED).map((n) => arena.alloc(1 + (n % most)));
      const order = shuffled(size, SEED + 2);
      this.add(`free and alloc, sizes up to ${most} bytes, at random`, size, () => {
        for (const n of order) {
          arena.free(live[n]!);
          live[n] = arena.alloc(1 + ((n * 7) % most));
        }
        return live.length;
      });
    }
  }

  fill<M extends AnyMap>(map: M, kind: ValueName): M {
    const { inserted, size } = this;
    const values = VALUES[kind].make(shuffled(size, SEED));
    for (let i = 0; i < size; i++) map.set(inserted[i]!, values[i]);
    return map;
  }

  writes(
    newList: (kind: ValueName) => lists.SkipList<string, unknown>,
    newTree: (kind: ValueName) => trees.AvlBatch<string, unknown>,
  ): void {
    const { inserted, size } = this;
    const counted = (map: AnyMap): number => {
      const { size } = map;
      map.destroy();
      return size;
    };
    this.add('SkipList: set', size, () => counted(this.fill(newList('f64'), 'f64')));
    this.add('SkipList: writeBatch of 1 000', size, () => {
      const list = newList('f64');
      for (let from = 0; from < size; from += BATCH) {
        const keys = inserted.slice(from, from + BATCH);
        list.writeBatch(keys.map((key, i) => ({ type: 'set', key, value: from + i })));
      }
      return counted(list);
    });
    this.add('AvlBatch: set and build', size, () => {
      const tree = this.fill(newTree('f64'), 'f64');
      tree.build();
      return counted(tree);
    });
  }

  /** A list in many parts, all but one frozen, each with keys all over the others'. */
  stacked(list: lists.SkipList<string, unknown>): void {
    const { asked, inserted, size } = this;
    const part = Math.ceil(size / LISTS);
    for (let i = 0; i < size; i++) {
      if (i > 0 && i % part === 0) list.seal();
      list.set(inserted[i]!, i);
    }
    const type = `SkipList of ${LISTS} lists`;
    this.points(type, list);
    this.add(`${type}: insert of a key that is there`, size, () => {
      let inserted = 0;
      for (let i = 0; i < size; i++) if (list.insert(asked[i]!, i)) inserted++;
      return inserted;
    });
    this.add(`${type}: size`, size, () => list.size);
  }

  masstree(newMap: (kind: ValueName) => AnyMasstree): void {
    const { asked, inserted, size } = this;
    const counted = (map: AnyMasstree): number => {
      const { size } = map;
      map.destroy();
      return size;
    };
    const sorted = inserted.toSorted();
    const setEach = (map: AnyMasstree, keys: readonly string[]): AnyMasstree => {
      for (let i = 0; i < size; i++) map.set(keys[i]!, i);
      return map;
    };
    this.add('Masstree: set', size, () => counted(this.fill(newMap('f64'), 'f64')));
    this.add('Masstree: set, ascending', size, () => counted(setEach(newMap('f64'), sorted)));
    this.add('Masstree: setMany of 1 000', size, () => {
      const map = newMap('f64');
      for (let from = 0; from < size; from += BATCH) {
        map.setMany(inserted.slice(from, from + BATCH).map((key, i) => [key, from + i]));
      }
      return counted(map);
    });
    const full = this.fill(newMap('f64'), 'f64');
    this.add('Masstree: overwrite', size, () => setEach(full, asked).size);
    this.add('Masstree: delete all, set again', 2 * size, () => {
      let deleted = 0;
      for (let i = 0; i < size; i++) if (full.delete(asked[i]!)) deleted++;
      return deleted + this.fill(full, 'f64').size;
    });
  }

  points(type: string, map: AnyMap): void {
    const { asked, size, some } = this;
    const absent = asked.map((key) => `${key}?`);
    this.add(`${type}: get`, size, () => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += map.get(asked[i]!) as number;
      return sum;
    });
    this.add(`${type}: get, absent`, size, () => {
      let found = 0;
      for (let i = 0; i < size; i++) if (map.get(absent[i]!) !== undefined) found++;
      return found;
    });
    this.add(`${type}: getMany of all`, size, () => {
      let sum = 0;
      for (const value of map.getMany(asked)) sum += value as number;
      return sum;
    });
    this.add(`${type}: snapshot`, some, () => {
      for (let i = 0; i < some; i++) map.snapshot().close();
      return some;
    });
  }

  cursors(type: string, map: AnyMap): void {
    const { asked, some } = this;
    for (const [name, steps] of [
      ['one', 1],
      ['100', 100],
    ] as const) {
      this.add(`${type}: cursor, seek and ${name}`, some, () => {
        const cursor = map.cursor();
        let sum = 0;
        for (let i = 0; i < some; i += steps) {
          cursor.seek(asked[i]!);
          for (let n = 1; cursor.valid; n++) {
            sum += (cursor.value as number) + cursor.key!.length;
            if (n === steps) break;
            cursor.next();
          }
        }
        cursor.close();
        return sum;
      });
    }
  }

  ranges(type: string, map: AnyMap): void {
    const { asked, size, some } = this;
    this.add(`${type}: keys`, size, () => {
      let sum = 0;
      for (const key of map.keys()) sum += key.length;
      return sum;
    });
    this.add(`${type}: get of each key of a scan`, size, () => {
      let sum = 0;
      for (const key of map.keys()) sum += map.get(key) as number;
      return sum;
    });
    this.add(`${type}: entries in reverse`, size, () => {
      let sum = 0;
      for (const [key, value] of map.entries({ reverse: true })) sum += key.length + Number(value);
      return sum;
    });
    for (const limit of [20, 100]) {
      this.add(`${type}: scan, limit ${limit}`, some, () => {
        let sum = 0;
        for (let i = 0; i < some; i += limit) {
          map.scan({ gte: asked[i]!, limit }, (_, value) => {
            sum += value as number;
          });
        }
        return sum;
      });
      this.add(`${type}: entries, limit ${limit}`, some, () => {
        let sum = 0;
        for (let i = 0; i < some; i += limit) {
          for (const [, value] of map.entries({ gte: asked[i]!, limit })) sum += value as number;
        }
        return sum;
      });
    }
    this.add(`${type}: count`, some, () => {
      let sum = 0;
      for (let i = 0; i < some; i += 100) sum += map.count({ gte: asked[i]!, limit: 100 });
      return sum;
    });
  }

  many(type: string, map: AnyMap, kind: ValueName): void {
    const { asked, size } = this;
    const sumOf = VALUES[kind].sum as (value: unknown) => number;
    this.add(`${type}: entries, ${kind}`, size, () => {
      let sum = 0;
      for (const [key, value] of map.entries()) sum += key.length + sumOf(value);
      return sum;
    });
    this.add(`${type}: values, ${kind}`, size, () => {
      let sum = 0;
      for (const value of map.values()) sum += sumOf(value);
      return sum;
    });
    this.add(`${type}: getMany of ${LANES}, ${kind}`, size, () => {
      let sum = 0;
      for (let i = 0; i < size; i += LANES) {
        for (const value of map.getMany(asked.slice(i, i + LANES))) sum += sumOf(value);
      }
      return sum;
    });
  }
}
