// Workers and the main thread share one abstract-level store, by its usual interface.
//
//   node src/level/level.ts

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { MasstreeLevel } from './store.ts';

type Order = { customer: string; cents: number };

const CLERKS = 2;
const ORDERS = 1000;

if (isMainThread) await keepTheBooks();
else await takeOrders();

async function keepTheBooks(): Promise<void> {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const clerks = Array.from({ length: CLERKS }, (_, clerk) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { handle: arena.handle, clerk },
    });
    arena.watch(worker);
    return worker;
  });
  await Promise.all(clerks.map((clerk) => once(clerk, 'exit')));

  await using db = new MasstreeLevel(arena, 'shop');
  const orders = db.sublevel<string, Order>('orders', { valueEncoding: 'json' });
  const byCustomer = db.sublevel('customers');
  let sum = 0;
  let count = 0;
  for await (const { cents } of orders.values()) {
    sum += cents;
    count++;
  }
  console.log(`${count} orders of ${CLERKS} clerks, ${sum} cents`);
  assert.deepEqual([count, sum], [CLERKS * ORDERS, (CLERKS * ORDERS * (ORDERS - 1)) / 2]);

  await using instant = db.snapshot();
  await byCustomer.clear({ gte: 'customer 7' });
  const now = await byCustomer.keys().all();
  const then = await byCustomer.keys({ snapshot: instant }).all();
  console.log(`${then.length} entries of the index in a snapshot, ${now.length} now`);
  const [last] = await byCustomer.values({ reverse: true, limit: 1 }).all();
  console.log('the last one', await orders.get(last));
  assert.deepEqual([now.length, then.length], [1400, 2000]);
}

async function takeOrders(): Promise<void> {
  const { handle, clerk } = workerData;
  await using db = new MasstreeLevel(Arena.attach(handle), 'shop');
  await db.open();
  const orders = db.sublevel<string, Order>('orders', { valueEncoding: 'json' });
  const byCustomer = db.sublevel('customers');
  for (let cents = 0; cents < ORDERS; cents++) {
    const id = `order ${clerk}-${String(cents).padStart(4, '0')}`;
    const customer = `customer ${cents % 10}`;
    await db
      .batch()
      .put(id, { customer, cents }, { sublevel: orders, valueEncoding: 'json' })
      .put(`${customer}, ${id}`, id, { sublevel: byCustomer })
      .write();
  }
}
