import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';

if (isMainThread) {
  const arena = Arena.create();
  const towns = SkipList.create(arena, { name: 'towns' });
  const worker = new Worker(new URL(import.meta.url), { workerData: arena.handle });
  arena.watch(worker); // If it dies in the middle of a call, `arena.recover()` mends that.
  towns.set('Accra', { country: 'GH' }).set('Lyon', { country: 'FR' });
  worker.once('exit', () => console.log([...towns.entries({ gte: 'B' })]));
} else {
  const towns = SkipList.open(Arena.attach(workerData), 'towns'); // The same memory, no copy.
  towns.set('Bergen', { country: 'NO' });
}
