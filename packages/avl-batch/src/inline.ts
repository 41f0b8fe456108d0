// A builder's thread from text: for bundles that have no file for it. The build makes the text of
// builder.ts and all that it imports (tsup.config.ts).

import { workerThreads } from '@x/shm-arena/structure';
import type { BuilderWorker } from './api.ts';
import code from './builder-text.js';

interface NodeThreads {
  readonly Worker?: new (code: string, options: { eval: true }) => BuilderWorker;
}

/** The text as a file of this page; made once. */
let url: string | undefined;

/**
 * Makes a thread for `startBuilder`. O(1), beside the start of the thread. In a page a
 * Content-Security-Policy has to allow `worker-src blob:`. It weighs as much as the builder and its
 * kernels, a second time. Any thread; never blocks.
 *
 * @example
 * const map = AvlBatch.create(arena, { batch: { maxDelayMs: 1 } });
 * const builder = map.startBuilder({ worker: inlineBuilder });
 * await map.settled(map.set('a', 1)); // { outcome: 'done' }
 * await builder.stop();
 */
export function inlineBuilder(): BuilderWorker {
  const threads = workerThreads() as NodeThreads | undefined;
  if (threads?.Worker !== undefined) return new threads.Worker(code, { eval: true });
  url ??= URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  return new Worker(url);
}
