// Run by tools/packed.mjs in an empty project: both packages imported, in two threads.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
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
  assert.throws(
    () => SkipList.open(arena, 'nothing'),
    (error) => error instanceof ShmError,
  );
  assert.deepEqual(arena.verify().problems, []);
} else {
  const stock = SkipList.open(Arena.attach(workerData), 'stock', options);
  assert.equal(stock.get('apple'), 1);
  stock.set('pear', 2);
}
