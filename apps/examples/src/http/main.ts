// What starts a server from the command line, or from a load script that forks it: then the address
// goes to its parent, and what the parent asks for, and it ends with its parent.

import { availableParallelism } from 'node:os';
import type { Memory } from './workers.ts';

/** Options that every server has. */
export const serverOptions = {
  workers: { type: 'string', default: String(availableParallelism()) },
  port: { type: 'string', default: '8080' },
  records: { type: 'string' },
} as const;

interface Server {
  readonly origin: string;
  memory(): Promise<Memory>;
  close(): Promise<void>;
}

/** `path` is one to open; `questions` are what a parent may ask beside the usual. */
export function serve(
  server: Server,
  path: string,
  questions: Record<string, () => unknown> = {},
): void {
  if (process.send === undefined) {
    console.log(`${server.origin}${path}`);
    process.once('SIGINT', () => server.close());
    return;
  }
  const all: typeof questions = {
    memory: () => server.memory(),
    processor: () => process.cpuUsage(),
    ...questions,
  };
  process.on('message', async (what: string) => process.send?.(await all[what]()));
  process.once('disconnect', () => server.close());
  process.send(server.origin);
}
