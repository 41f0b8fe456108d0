// What every bundle does in its first thread: opens an arena with a second one, has each of the
// structures written by both, and maps built in the background.

import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Cache } from '@x/hamt/cache';
import { Masstree } from '@x/masstree';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

/** For a builder to come to work, or to say why it does not. */
const PATIENCE_MS = 10_000;

/**
 * What is found is told; nothing is thrown. `start` makes the second thread, `ownBuilder` a worker
 * of the file own-builder.js.
 */
export async function main({ start, ownBuilder }) {
  try {
    const arena = Arena.create({ bytes: 2 ** 25 });
    const structures = await shared(arena, start);
    const builder = await built(arena, true);
    const own = await built(arena, ownBuilder);
    // The text of the builder is loaded by who needs it: where its file was not found.
    const { inlineBuilder } = await import('@x/avl-batch/inline');
    const inline = await built(arena, inlineBuilder);
    const { ok } = arena.verify();
    arena.detach();
    return { structures: ok ? structures : 'the arena is damaged', builder, own, inline };
  } catch (error) {
    return { structures: `${error.name}: ${error.message}` };
  }
}

/** `ok`, or what is wrong with what two threads have written. */
async function shared(arena, start) {
  const tree = Masstree.create(arena, { name: 'tree', value: u32 }).set('a', 1);
  const map = Hamt.create(arena, { name: 'map', value: u32 }).set('a', 2);
  const cache = Cache.create(arena, { name: 'cache', maxEntries: 100, value: u32 }).set('a', 3);
  const list = SkipList.create(arena, { name: 'list', value: u32 }).set('a', 4);
  const batches = AvlBatch.create(arena, { name: 'batches', value: u32 });
  batches.set('a', 5);
  const domains = [EpochDomain.create(arena), HazardDomain.create(arena)];
  for (const domain of domains) domain.retire(domain.alloc(8));
  await start(arena.handle);
  batches.build();
  const found = [tree, map, cache, list, batches].flatMap((each) => [each.get('a'), each.get('b')]);
  return found.join() === '1,10,2,20,3,30,4,40,5,50' ? 'ok' : `found ${found}`;
}

/** `lives`, or in whose words it does not. */
async function built(arena, worker) {
  const map = AvlBatch.create(arena, { value: u32, batch: { maxDelayMs: 60_000, maxOps: 2 } });
  const before = arena.stats().participants.length;
  let words;
  try {
    const tell = ({ message }) => {
      words = message;
    };
    const builder = map.startBuilder({ worker, onError: tell });
    const end = Date.now() + PATIENCE_MS;
    while (words === undefined && arena.stats().participants.length === before) {
      if (Date.now() > end) words = `silent for ${PATIENCE_MS} ms`;
      await new Promise((next) => setTimeout(next, 5));
    }
    if (words === undefined) {
      map.set('a', 1);
      const { outcome } = await map.settled(map.set('b', 2));
      words = outcome === 'done' && map.size === 2 ? 'lives' : `settled: ${outcome}`;
    }
    await builder.stop();
    return words;
  } catch (error) {
    return error.message;
  }
}
