// Workers put jobs into a queue of our own, others take them: each is taken once, those of one
// worker in their order, and the memory comes back.
//
//   node src/own/own.ts

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { Queue, type QueueHandle } from './queue.ts';

const PUTTING = 2;
const TAKING = 2;
const JOBS = 10_000;

type Seat = { queue: QueueHandle; index: number; taken: Int32Array };

if (isMainThread) await count();
else if (workerData.index < PUTTING) put(workerData);
else take(workerData);

async function count(): Promise<void> {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const queue = Queue.create(arena);
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: PUTTING + TAKING }, (_, index) => {
    const seat: Seat = { queue: queue.handle, index, taken };
    const worker = new Worker(new URL(import.meta.url), { workerData: seat });
    arena.watch(worker);
    return worker;
  });
  const ended = workers.map((worker) => once(worker, 'exit'));
  const lists: number[][] = (
    await Promise.all(workers.slice(PUTTING).map((worker) => once(worker, 'message')))
  ).map(([list]) => list);
  await Promise.all(ended);

  const all = lists.flat().sort((a, b) => a - b);
  assert.deepEqual(
    all,
    Array.from({ length: PUTTING * JOBS }, (_, job) => job),
  );
  for (const list of lists) {
    for (let index = 0; index < PUTTING; index++) {
      const own = list.filter((job) => Math.floor(job / JOBS) === index);
      assert.ok(own.every((job, i) => i === 0 || own[i - 1] < job));
    }
  }
  console.log(`${all.length} jobs of ${PUTTING} workers, each taken once, by ${TAKING} others`);
  arena.recover(); // The workers have ended: what they had given up is ours.
  queue.domain.collect();
  const { pendingBlocks } = queue.domain.stats();
  console.log(`${pendingBlocks} nodes wait for readers, ${queue.take()} is left in the queue`);
  assert.deepEqual([pendingBlocks, arena.verify().problems], [0, []]);
}

function put({ queue: handle, index }: Seat): void {
  const queue = Queue.attach(handle);
  for (let job = 0; job < JOBS; job++) queue.put(index * JOBS + job);
}

function take({ queue: handle, taken }: Seat): void {
  const queue = Queue.attach(handle);
  const own: number[] = [];
  while (Atomics.load(taken, 0) < PUTTING * JOBS) {
    const job = queue.take();
    if (job === undefined) continue;
    own.push(job);
    Atomics.add(taken, 0, 1);
  }
  parentPort?.postMessage(own);
}
