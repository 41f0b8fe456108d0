// One worker: an HTTP server over its index, on the port that all workers share.
//
//   GET    /complete?q=TYPED                     the first ten places, as JSON
//   PUT    /place?id=NUMBER&name=…&country=…     adds a place
//   DELETE /place?id=NUMBER&name=…&country=…     takes it away

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { type ArenaHandle, ShmError } from '@x/shm-arena';
import { heapUsed } from '../heap.ts';
import { OwnIndex } from './own.ts';
import type { Index, Place } from './places.ts';
import { SharedIndex } from './shared.ts';

/** What a worker is told when it starts. Without an arena, its first message is the places. */
export type Seat = { index: number; port: number; handle?: ArenaHandle | undefined };
/** What it is asked, and what it tells. */
export type Order = { order: 'weigh' | 'close' };
export type News = { listening?: number; heap?: number };

/** How many places an answer has. */
const SHOWN = 10;

const main = parentPort;
if (main === null) throw new Error('this file is a worker of server.ts');
const seat: Seat = workerData;
const index: Index =
  seat.handle === undefined
    ? new OwnIndex((await once(main, 'message'))[0], main)
    : new SharedIndex(seat.handle);

const server = createServer(async (request, response) => {
  const { status, body = '' } = await answer(request).catch(refusal);
  response.writeHead(status, { 'Content-Type': 'application/json', 'X-Worker': seat.index });
  response.end(body);
});

type Response = { status: number; body?: string };

async function answer({ method, url = '/' }: IncomingMessage): Promise<Response> {
  const { pathname, searchParams } = URL.parse(url, 'http://localhost') ?? {};
  if (searchParams === undefined) return { status: 400 };
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

/** A full arena, or a writer too long in the way: nothing has changed, and one may try again. */
function refusal(error: unknown): Response {
  if (error instanceof ShmError) return { status: 503, body: JSON.stringify(error.code) };
  throw error;
}

main.on('message', async ({ order }: Partial<Order>) => {
  if (order === 'weigh') main.postMessage({ heap: await heapUsed() } satisfies News);
  if (order !== 'close') return;
  server.close(() => main.close());
  server.closeAllConnections();
});

server.listen({ host: '127.0.0.1', port: seat.port, reusePort: true }, () => {
  const { port } = server.address() as AddressInfo;
  main.postMessage({ listening: port } satisfies News);
});
