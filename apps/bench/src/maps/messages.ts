// A Map that one thread owns and others ask for by messages: what one does without shared memory
// when there is to be one map only.

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { KEYS, type Key, type Keys } from '../keys.ts';
import { addAnywhere, VALUES, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import type { End, Question } from './owner.ts';

/** Entries that a message sets while the map is filled. */
const BATCH = 64;

/** Starts a thread with an empty map; the ends by which so many threads ask it. */
export function startOwner(threads: number): readonly End[] {
  const pairs = Array.from({ length: threads }, () => {
    const { port1, port2 } = new MessageChannel();
    const words = new Int32Array(new SharedArrayBuffer(4));
    return [
      { port: port1, words },
      { port: port2, words },
    ] as const;
  });
  const workerData = pairs.map(([, end]) => end);
  const transferList = workerData.map(({ port }) => port);
  new Worker(new URL('./owner.ts', import.meta.url), { workerData, transferList });
  return pairs.map(([end]) => end);
}

/** Asks, and waits for answers, which come in the order of the questions. */
class Asking {
  private readonly end: End;
  private asked = 0;
  private heard = 0;

  constructor(end: End) {
    this.end = end;
  }

  send(question: Question): void {
    this.end.port.postMessage(question);
    this.asked++;
  }

  /** The answer to the last question, when all are answered. */
  answer(): unknown {
    const { port, words } = this.end;
    for (let done = Atomics.load(words, 0); done !== this.asked; done = Atomics.load(words, 0)) {
      Atomics.wait(words, 0, done);
    }
    let last: unknown;
    for (; this.heard < this.asked; this.heard++) last = receiveMessageOnPort(port)!.message;
    return last;
  }

  ask(question: Question): unknown {
    this.send(question);
    return this.answer();
  }
}

/**
 * Each call waits for its answer. What fills the map is sent in batches, of which only the last one
 * is waited for.
 */
export function overMessages(
  end: End,
  values: Values = VALUES.f64,
  keys: Keys = KEYS.user,
): BenchMap {
  const owner = new Asking(end);
  let batch: { what: 'set'; keys: Key[]; values: unknown[] } | undefined;
  const entriesFrom = (first: boolean) =>
    owner.ask({ what: 'entries', first }) as readonly [Key, unknown][];
  return {
    fill(body) {
      batch = { what: 'set', keys: [], values: [] };
      body();
      owner.ask(batch);
      batch = undefined;
    },
    clear: () => void owner.ask({ what: 'clear' }),
    set(key, value) {
      if (batch === undefined) {
        owner.ask({ what: 'set', keys: [key], values: [value] });
        return;
      }
      if (batch.keys.length === BATCH) {
        owner.send(batch);
        batch = { what: 'set', keys: [], values: [] };
      }
      batch.keys.push(key);
      batch.values.push(value);
    },
    get: (key) => owner.ask({ what: 'get', key }),
    getMany: (wanted) => owner.ask({ what: 'getMany', keys: wanted }) as readonly unknown[],
    delete: (key) => void owner.ask({ what: 'delete', key }),
    update(key, change) {
      const value = change(owner.ask({ what: 'get', key }));
      owner.ask({ what: 'set', keys: [key], values: [value] });
    },
    each(sum) {
      for (let part = entriesFrom(true); part.length > 0; part = entriesFrom(false)) {
        for (const [key, value] of part) sum = addAnywhere(sum, key, value, values, keys);
      }
      return sum;
    },
    bytes: () => owner.ask({ what: 'bytes' }) as number,
    close: () => end.port.close(),
  };
}

export function openMessages(_: number, values: Values, keys: Keys): BenchMap {
  return overMessages(startOwner(1)[0]!, values, keys);
}
