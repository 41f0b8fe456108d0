// One worker: an HTTP server over its index, on the port that all workers share.
//
//   GET    /complete?q=TYPED                     the first ten places, as JSON
//   PUT    /place?id=NUMBER&name=…&country=…     adds a place
//   DELETE /place?id=NUMBER&name=…&country=…     takes it away

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { ArenaHandle } from '@x/shm-arena';
import { listen, type Response, type Seat } from '../http/worker.ts';
import { OwnIndex } from './own.ts';
import type { Index, Place } from './places.ts';
import { SharedIndex } from './shared.ts';

/** How many places an answer has. */
const SHOWN = 10;

const main = parentPort;
if (main === null) throw new Error('this file is a worker of server.ts');
/** Without an arena, the first message is the places. */
const seat: Seat & { handle?: ArenaHandle | undefined } = workerData;
const index: Index =
  seat.handle === undefined
    ? new OwnIndex((await once(main, 'message'))[0], main)
    : new SharedIndex(seat.handle);

async function answer(method: string, url: URL | undefined): Promise<Response> {
  if (url === undefined) return { status: 400 };
  const { pathname, searchParams } = url;
  if (method === 'GET' && pathname === '/complete') {
    const texts = index.complete(searchParams.get('q') ?? '', SHOWN);
    return { status: 200, body: `[${texts.join(',')}]` };
  }
  if (pathname !== '/place' || (method !== 'PUT' && method !== 'DELETE')) return { status: 404 };
  const place = readPlace(searchParams);
  if (place === undefined) return { status: 400 };
  await index.update({ type: method === 'PUT' ? 'put' : 'delete', place });
  return { status: 204 };
}

function readPlace(params: URLSearchParams): Place | undefined {
  const [id, name, country] = ['id', 'name', 'country'].map((field) => params.get(field) ?? '');
  if (!/^\d{1,9}$/.test(id) || name === '') return undefined;
  return { id: Number(id), name, country };
}

listen(main, seat, { type: 'application/json', answer });
