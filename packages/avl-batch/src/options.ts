// The options of a map, checked.

import { codecsOf } from '@x/shm-arena/map';
import {
  describe,
  flagOf,
  type Members,
  optionsOf,
  PAGE_BYTES,
  rangeError,
  typeError,
  wholeNumber,
} from '@x/shm-arena/structure';
import type { AvlBatchOptions, BatchOptions } from './api.ts';
import type { TreeKernel } from './kernel.ts';

const MOST_QUEUED = 2 ** 24;

const OPTIONS: Members = {
  what: 'options',
  names: ['name', 'key', 'value', 'maxBytes', 'batch'],
};
const BATCH: Members = {
  what: 'batch',
  names: ['maxOps', 'maxDelayMs', 'maxQueued', 'autoCompact'],
};

/** How a handle gathers operations. */
export function paceOf({ batch = {} }: { batch?: BatchOptions }): Required<BatchOptions> {
  const { maxOps = 4096, maxDelayMs = 5, autoCompact } = batch;
  wholeNumber('maxOps', maxOps, 1, MOST_QUEUED);
  if (typeof maxDelayMs !== 'number')
    throw typeError(`\`maxDelayMs\`: expected a number, found ${describe(maxDelayMs)}`);
  if (!(maxDelayMs >= 0 && maxDelayMs <= 60_000)) {
    throw rangeError(`\`maxDelayMs\`: expected 0 to 60 000 milliseconds, found ${maxDelayMs}`);
  }
  return { maxOps, maxDelayMs, autoCompact: flagOf('autoCompact', autoCompact, true) };
}

type AnyOptions = AvlBatchOptions<any, any>;

/** The codecs of a map's options; refuses what else is wrong with them. */
export function checked(options: AnyOptions) {
  const { batch } = optionsOf(OPTIONS, options);
  if (batch !== undefined) optionsOf(BATCH, batch);
  paceOf(options);
  return codecsOf(options);
}

/** For the directory. */
export function described(options: AnyOptions) {
  return { ...checked(options), name: options.name };
}

/** Builds an empty map. */
export function build({ batch, maxBytes }: AnyOptions) {
  const maxQueued = wholeNumber('maxQueued', batch?.maxQueued ?? 16_384, 1, MOST_QUEUED);
  const maxPages =
    maxBytes === undefined
      ? 0
      : Math.ceil(wholeNumber('maxBytes', maxBytes, 1, 2 ** 32) / PAGE_BYTES);
  return (kernel: TreeKernel, entry: number, generation: number) =>
    kernel.create(entry, generation, maxQueued, maxPages);
}

const GET_OPTIONS: Members = { what: 'options', names: ['pending'] };

/** Whether a `get` sees what waits. */
export function pendingOf(options: { pending?: boolean | undefined }): boolean {
  return flagOf('pending', optionsOf(GET_OPTIONS, options).pending);
}

const WAIT_OPTIONS: Members = { what: 'options', names: ['signal'] };

/** What ends the wait of `settled` and `flush`. */
export function signalOf(options: { signal?: AbortSignal | undefined }): AbortSignal | undefined {
  const { signal } = optionsOf(WAIT_OPTIONS, options);
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return signal;
  throw typeError(`\`signal\`: expected an AbortSignal, found ${describe(signal)}`);
}
