// What every bundle does in its second thread.

import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Cache } from '@x/hamt/cache';
import { Masstree } from '@x/masstree';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

export function work(handle) {
  const arena = Arena.attach(handle);
  Masstree.open(arena, 'tree', { value: u32 }).set('b', 10);
  Hamt.open(arena, 'map', { value: u32 }).set('b', 20);
  Cache.open(arena, 'cache', { value: u32 }).set('b', 30);
  SkipList.open(arena, 'list', { value: u32 }).set('b', 40);
  AvlBatch.open(arena, 'batches', { value: u32 }).set('b', 50);
  arena.detach();
}
