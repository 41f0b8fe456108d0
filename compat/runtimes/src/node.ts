// Threads of Node's kind, which Deno and Bun have as well.

import { nodeThreads } from '../../../packages/testkit/node/threads.ts';
import { stopping } from './stopping.ts';

export { garbage } from '../../../packages/testkit/node/dropped.ts';

export const spawn = stopping(nodeThreads(new URL('./node-jobs.mjs', import.meta.url)));
