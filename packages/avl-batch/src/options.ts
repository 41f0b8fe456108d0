// The options of a map, checked.

import type { Codec } from '@x/shm-arena';
import {
  codecsOf,
  describe,
  objectOf,
  rangeError,
  typeError,
  wholeNumber,
} from '@x/shm-arena/internal';
import type { AvlBatchOptions, BatchOptions } from './api.ts';
import type { TreeKernel } from './kernel.ts';

const MOST_QUEUED = 2 ** 24;

/** How a handle gathers operations. */
export function paceOf({ batch = {} }: { batch?: BatchOptions }): Required<BatchOptions> {
  const { maxOps = 4096, maxDelayMs = 5, autoCompact = true } = objectOf('batch', batch);
  wholeNumber('maxOps', maxOps, 1, MOST_QUEUED);
  if (typeof maxDelayMs !== 'number')
    throw typeError(`\`maxDelayMs\`: expected a number, found ${describe(maxDelayMs)}`);
  if (!(maxDelayMs >= 0 && maxDelayMs <= 60_000)) {
    throw rangeError(`\`maxDelayMs\`: expected 0 to 60 000 milliseconds, found ${maxDelayMs}`);
  }
  if (typeof autoCompact !== 'boolean')
    throw typeError(`\`autoCompact\`: expected a boolean, found ${describe(autoCompact)}`);
  return { maxOps, maxDelayMs, autoCompact };
}

type AnyOptions = AvlBatchOptions<any, any>;

/** The codecs of a map's options; refuses what else is wrong with them. */
export function checked(options: AnyOptions): { key: Codec<any>; value: Codec<any> } {
  const codecs = codecsOf(objectOf('options', options));
  paceOf(options);
  return codecs;
}

/** For the directory. */
export function described(options: AnyOptions) {
  return { ...checked(options), name: options.name };
}

/** Builds an empty map. */
export function build({ batch }: AnyOptions) {
  const maxQueued = wholeNumber('maxQueued', batch?.maxQueued ?? 16_384, 1, MOST_QUEUED);
  return (kernel: TreeKernel, entry: number, generation: number) =>
    kernel.create(entry, generation, maxQueued);
}
