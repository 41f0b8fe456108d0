// One worker: an HTTP server that answers with pages, on the port that all workers share.
//
//   GET  /place/NUMBER    the page of a place
//   POST /place/NUMBER    edits the place: from the answer on no worker shows the page from before

import { parentPort, workerData } from 'node:worker_threads';
import type { ArenaHandle } from '@x/shm-arena';
import { listen, type Response, type Seat } from '../http/worker.ts';
import { OwnPages } from './own.ts';
import type { Bounds, Pages } from './pages.ts';
import { edit, type Places, readEdits, render } from './places.ts';
import { SharedPages } from './shared.ts';

/** What a worker is told when it starts, beside its seat. Without an arena it has its own cache. */
export type Order = { places: Places; bounds: Bounds; handle: ArenaHandle | undefined };

const main = parentPort;
if (main === null) throw new Error('this file is a worker of server.ts');
const { places, bounds, handle, ...seat }: Order & Seat = workerData;

const load = async (id: number) => render(places, id, await readEdits(places, id));
const pages: Pages =
  handle === undefined ? new OwnPages(bounds, load, main) : new SharedPages(handle, load);

async function answer(method: string, url: URL | undefined): Promise<Response> {
  if (url === undefined) return { status: 400 };
  const id = Number(/^\/place\/(\d{1,9})$/.exec(url.pathname)?.[1] ?? Number.NaN);
  if (!(id < places.ends.length) || (method !== 'GET' && method !== 'POST')) return { status: 404 };
  if (method === 'GET') return { status: 200, body: await pages.page(id) };
  edit(places, id);
  await pages.invalidate(id);
  return { status: 204 };
}

listen(main, seat, { type: 'text/html', answer, questions: { counts: () => pages.counts() } });
