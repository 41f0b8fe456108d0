// One worker of an HTTP server. Which one has answered stands in the header X-Worker.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { ShmError } from '@x/shm-arena';
import { heapUsed } from '../heap.ts';

/** What a worker is told when it starts. */
export type Seat = { index: number; port: number };
/** What it is asked: `heap`, `close`, or what its server answers. */
export type Order = { order: string };
/** What it tells: the answer by the name of the question. */
export type News = Record<string, unknown>;

export type Response = { status: number; body?: string };
interface Service {
  readonly type: string;
  /** `url` is undefined when it is none. */
  answer(method: string, url: URL | undefined): Promise<Response>;
  readonly questions?: Record<string, () => unknown>;
}

/** Listens on the port of all workers, until `main` says that it is over. */
export function listen(main: MessagePort, seat: Seat, service: Service): void {
  const questions: Service['questions'] = { heap: heapUsed, ...service.questions };
  const headers = { 'Content-Type': service.type, 'X-Worker': seat.index };
  const answer = async ({ method = 'GET', url = '/' }: IncomingMessage): Promise<Response> =>
    service.answer(method, URL.parse(url, 'http://localhost') ?? undefined);
  const server = createServer(async (request, response) => {
    const { status, body = '' } = await answer(request).catch(refusal);
    response.writeHead(status, headers);
    response.end(body);
  });
  main.on('message', async ({ order }: Partial<Order>) => {
    if (order === undefined) return;
    if (order !== 'close') return main.postMessage({ [order]: await questions[order]() });
    server.close(() => main.close());
    server.closeAllConnections();
  });
  server.listen({ host: '127.0.0.1', port: seat.port, reusePort: true }, () => {
    const { port } = server.address() as AddressInfo;
    main.postMessage({ listening: port } satisfies News);
  });
}

/** A full arena, or a writer too long in the way: nothing has changed, and one may try again. */
function refusal(error: unknown): Response {
  if (error instanceof ShmError) return { status: 503, body: JSON.stringify(error.code) };
  throw error;
}
