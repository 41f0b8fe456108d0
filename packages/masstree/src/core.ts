// What every view of one map shares in one thread.

import { MapCore } from '@x/shm-arena/map';
import type { TreeKernel } from './kernel.ts';

/** One open map in one thread. */
export class Core<K, V> extends MapCore<TreeKernel, K, V> {}
