// Run by tools/packed.mjs in an empty project: the packages imported, in two threads.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { AvlBatch } from '@x/avl-batch';
import { Masstree } from '@x/masstree';
import { Arena, ShmError } from '@x/shm-arena';
import { u32, utf8 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

const options = { name: 'stock', key: utf8, value: u32 };

if (isMainThread) {
  const arena = Arena.create();
  const stock = SkipList.create(arena, options);
  stock.set('apple', 1);
  const worker = new Worker(new URL(import.meta.url), { workerData: arena.handle });
  arena.watch(worker);
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0);
  assert.deepEqual(
    [...stock.entries()],
    [
      ['apple', 1],
      ['pear', 2],
    ],
  );
  assert.deepEqual(
    [...Masstree.open(arena, 'table', options).entries({ prefix: 'p' })],
    [['pear', 2]],
  );
  assert.throws(
    () => SkipList.open(arena, 'nothing'),
    (error) => error instanceof ShmError,
  );

  // A builder finds its own thread's file in the package.
  const index = AvlBatch.open(arena, 'index', { value: u32 });
  const builder = index.startBuilder({ worker: true });
  while (arena.stats().participants.length < 2) await new Promise((next) => setTimeout(next, 1));
  assert.deepEqual(await index.settled(index.insert('plum', 3)), { outcome: 'done' });
  assert.deepEqual([index.get('pear'), index.at(1)], [2, ['plum', 3]]);
  await builder.stop();
  assert.deepEqual(arena.verify().problems, []);
} else {
  const arena = Arena.attach(workerData);
  const stock = SkipList.open(arena, 'stock', options);
  assert.equal(stock.get('apple'), 1);
  stock.set('pear', 2);
  Masstree.create(arena, { ...options, name: 'table' }).setMany(stock);
  const index = AvlBatch.create(arena, { name: 'index', value: u32 });
  index.set('pear', 2);
}
