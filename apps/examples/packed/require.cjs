// Run by tools/packed.mjs in an empty project: both packages required, in two threads; a module
// that is imported beside them must be the same one.
const assert = require('node:assert/strict');
const { isMainThread, Worker, workerData } = require('node:worker_threads');
const { Arena } = require('@x/shm-arena');
const { u32, utf8 } = require('@x/shm-arena/codec');
const { SkipList } = require('@x/skiplist');

const options = { name: 'stock', key: utf8, value: u32 };

if (isMainThread) {
  const arena = Arena.create();
  const stock = SkipList.create(arena, options);
  stock.set('apple', 1);
  const worker = new Worker(__filename, { workerData: arena.handle });
  arena.watch(worker);
  worker.once('exit', async (code) => {
    assert.equal(code, 0);
    assert.deepEqual(
      [...stock.entries()],
      [
        ['apple', 1],
        ['pear', 2],
      ],
    );
    assert.equal((await import('@x/shm-arena')).Arena, Arena);
  });
} else {
  const stock = SkipList.open(Arena.attach(workerData), 'stock', options);
  assert.equal(stock.get('apple'), 1);
  stock.set('pear', 2);
}
