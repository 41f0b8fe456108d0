// A bank whose tellers may be shot at any time.
//
// Two workers move money between accounts of their own, each transfer one batch of two writes. One
// of them is terminated in the middle of it. A batch becomes visible as a whole or not at all, so
// no money is ever lost or made, whenever we look and whenever a teller dies.
//
//   node src/crash.ts

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { tuple, u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

type Account = readonly [teller: number, account: number];

const ACCOUNTS = 100;
const TELLERS = 2;
const options = { name: 'bank', key: tuple(u32, u32), value: u32 };

if (isMainThread) await watchTheBank();
else transferForEver();

async function watchTheBank(): Promise<void> {
  const arena = Arena.create();
  const bank = SkipList.create<Account, number>(arena, options);
  for (let teller = 0; teller < TELLERS; teller++) {
    for (let account = 0; account < ACCOUNTS; account++) bank.set([teller, account], 1000);
  }
  const transfers = new Int32Array(new SharedArrayBuffer(4 * TELLERS));
  const tellers = Array.from({ length: TELLERS }, (_, teller) => {
    const seat = { handle: arena.handle, teller, transfers };
    return new Worker(new URL(import.meta.url), { workerData: seat });
  });
  for (const teller of tellers) arena.watch(teller);

  while (transfers.some((count) => count < 1000)) {
    assert.equal(moneyIn(bank), 1000 * ACCOUNTS * TELLERS);
    await sleep(1);
  }
  await tellers[0].terminate();
  const { reaped } = arena.recover();
  console.log(`teller 0 ended after ${transfers[0]} transfers; recovered ${reaped} thread`);
  console.log(`money in the bank: ${moneyIn(bank)}, expected ${1000 * ACCOUNTS * TELLERS}`);
  assert.equal(moneyIn(bank), 1000 * ACCOUNTS * TELLERS);

  const before = transfers[1];
  while (transfers[1] < before + 1000) await sleep(1);
  console.log('teller 1 goes on as if nothing had happened');
  await tellers[1].terminate();
  arena.recover();
  assert.equal(moneyIn(bank), 1000 * ACCOUNTS * TELLERS);
  assert.deepEqual(arena.verify().problems, []);
}

/** All balances as of one instant. */
function moneyIn(bank: SkipList<Account, number>): number {
  using instant = bank.snapshot();
  let sum = 0;
  instant.forEach((balance) => {
    sum += balance;
  });
  return sum;
}

function transferForEver(): void {
  const { handle, teller, transfers } = workerData;
  const bank = SkipList.open<Account, number>(Arena.attach(handle), 'bank', options);
  for (let count = 0; ; count++) {
    const from: Account = [teller, count % ACCOUNTS];
    const to: Account = [teller, (count * 7 + 1) % ACCOUNTS];
    const amount = Math.min(10, bank.get(from) ?? 0);
    if (from[1] === to[1]) continue;
    bank.writeBatch([
      { type: 'set', key: from, value: (bank.get(from) ?? 0) - amount },
      { type: 'set', key: to, value: (bank.get(to) ?? 0) + amount },
    ]);
    Atomics.add(transfers, teller, 1);
  }
}
