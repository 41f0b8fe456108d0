// Workers and the main thread keep their sessions in one Keyv, which none of them has to itself.
//
//   node src/keyv/keyv.ts

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import Keyv from 'keyv';
import { KeyvCache } from './store.ts';

type Session = { user: string; door: number };

const DOORS = 2;
const USERS = 1000;
const bounds = { name: 'sessions', maxEntries: 10_000 };

if (isMainThread) await watchSessions();
else await letIn();

async function watchSessions(): Promise<void> {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const sessions = new Keyv<Session>(new KeyvCache(arena, bounds), { namespace: 'session' });
  await sessions.set('root', { user: 'root', door: 0 });
  const doors = Array.from({ length: DOORS }, (_, door) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { handle: arena.handle, door },
    });
    arena.watch(worker);
    return worker;
  });
  await Promise.all(doors.map((door) => once(door, 'exit')));

  const keys = Array.from({ length: DOORS * USERS }, (_, n) => `${n % DOORS}-${n}`);
  const found = await sessions.get(keys);
  const right = found.filter((session, n) => session?.door === n % DOORS);
  console.log(`${right.length} sessions of ${DOORS} workers, as they made them`);
  assert.equal(right.length, DOORS * USERS);
  console.log(`the first one was ended by a worker: ${await sessions.get('root')}`);
  assert.equal(await sessions.has('root'), false);
  await sessions.clear();
  console.log('cleared', await sessions.get(keys.slice(0, 2)));
  await sessions.disconnect();
}

async function letIn(): Promise<void> {
  const { handle, door } = workerData;
  const store = new KeyvCache(Arena.attach(handle), bounds);
  const sessions = new Keyv<Session>(store, { namespace: 'session', ttl: 600_000 });
  for (let n = door; n < DOORS * USERS; n += DOORS) {
    await sessions.set(`${door}-${n}`, { user: `user ${n}`, door });
  }
  await sessions.delete('root');
  await sessions.disconnect();
}
