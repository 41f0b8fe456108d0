// The thread that owns a Map: it answers the questions of others, each message by one.

import type { MessagePort } from 'node:worker_threads';
import { workerData } from 'node:worker_threads';
import { collector } from '../collect.ts';
import type { Key } from '../keys.ts';

/** What an answer with entries holds at the most. */
const PART = 1_000;

export type Question =
  | { readonly what: 'get'; readonly key: Key }
  | { readonly what: 'getMany'; readonly keys: readonly Key[] }
  | { readonly what: 'set'; readonly keys: readonly Key[]; readonly values: readonly unknown[] }
  | { readonly what: 'delete'; readonly key: Key }
  /** `first`: from the first entry on; else where the answer before has ended. */
  | { readonly what: 'entries'; readonly first: boolean }
  | { readonly what: 'clear' }
  /** How much is free when the entries are gone, which they are. */
  | { readonly what: 'bytes' };

/** One end of a connection. */
export interface End {
  readonly port: MessagePort;
  /** Word 0: how many questions are answered. Who asks waits there. */
  readonly words: Int32Array;
}

const map = new Map<Key, unknown>();
const collect = collector();

function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function bytes(): number {
  const before = usedBytes();
  map.clear();
  return before - usedBytes();
}

function part(entries: Iterator<[Key, unknown], undefined>): [Key, unknown][] {
  const found: [Key, unknown][] = [];
  while (found.length < PART) {
    const { done, value } = entries.next();
    if (done) break;
    found.push(value);
  }
  return found;
}

function answering(): (question: Question) => unknown {
  // None before one is asked for: it would keep what the map once had.
  let entries: MapIterator<[Key, unknown]> | undefined;
  return (question) => {
    switch (question.what) {
      case 'get':
        return map.get(question.key);
      case 'getMany':
        return question.keys.map((key) => map.get(key));
      case 'set':
        return question.keys.forEach((key, at) => map.set(key, question.values[at]));
      case 'delete':
        return map.delete(question.key);
      case 'entries':
        if (question.first || entries === undefined) entries = map.entries();
        return part(entries);
      case 'clear':
        return map.clear();
      case 'bytes':
        return bytes();
    }
  };
}

for (const { port, words } of workerData as readonly End[]) {
  const answer = answering();
  port.on('message', (question: Question) => {
    try {
      port.postMessage(answer(question));
    } finally {
      // Also when it fails: who asks finds no answer then, and fails too.
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
    }
  });
}
