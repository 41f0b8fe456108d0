// Web Workers, which browsers, Deno and Bun have.

import { stopping } from './stopping.ts';
import { webThreads } from './web-threads.ts';

/** Nothing collects garbage on demand here. */
export const garbage = undefined;

const file = new URL('./web-jobs.mjs', import.meta.url);

export const spawn = stopping(webThreads(() => new Worker(file, { type: 'module' })));
