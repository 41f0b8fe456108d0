// An index in the heap of each worker, to compare: a B+tree, and every update goes to every worker.
//
// The main thread puts the updates into one order, passes each to all workers, and when all have it
// tells the one that asked: so an update that was answered is seen whoever is asked next, as with
// the shared index.

import type { MessagePort, Worker } from 'node:worker_threads';
import sortedBtree from 'sorted-btree';
import { fold } from '../tour/names.ts';
import { type Index, keyOf, type Place, type Update } from './places.ts';

/** The package is CommonJS: the class is the default of the default. */
const BTree = (sortedBtree as unknown as { default: typeof import('sorted-btree').default })
  .default;

/** `from` is the worker that asked, `id` its number for the update. */
type Passed = { from: number; id: number };
type Question = { ask: Update; id: number } | { applied: Passed };
type Answer = { apply: Update; passed: Passed } | { visible: number };

/** The main thread's part. */
export class Distributor {
  private readonly workers: Worker[] = [];
  /** How many workers have yet to apply an update. */
  private readonly left = new Map<string, number>();

  /** The next worker; all join before the first update. */
  add(worker: Worker): void {
    const from = this.workers.push(worker) - 1;
    worker.on('message', (message: Question) => {
      if ('ask' in message) this.pass(message.ask, { from, id: message.id });
      else if ('applied' in message) this.count(message.applied);
    });
  }

  private pass(update: Update, passed: Passed): void {
    this.left.set(`${passed.from} ${passed.id}`, this.workers.length);
    for (const worker of this.workers) worker.postMessage({ apply: update, passed });
  }

  private count({ from, id }: Passed): void {
    const name = `${from} ${id}`;
    const left = (this.left.get(name) ?? 0) - 1;
    this.left.set(name, left);
    if (left > 0) return;
    this.left.delete(name);
    this.workers[from].postMessage({ visible: id });
  }
}

/** A worker's part. */
export class OwnIndex implements Index {
  private readonly tree = new BTree<string, string>();
  private readonly main: MessagePort;
  private readonly waiting = new Map<number, () => void>();
  private updates = 0;

  constructor(places: readonly Place[], main: MessagePort) {
    this.main = main;
    for (const place of places) this.apply({ type: 'put', place });
    main.on('message', (message: Answer) => {
      if ('apply' in message) {
        this.apply(message.apply);
        main.postMessage({ applied: message.passed });
      } else if ('visible' in message) {
        this.waiting.get(message.visible)?.();
        this.waiting.delete(message.visible);
      }
    });
  }

  complete(typed: string, limit: number): string[] {
    const prefix = fold(typed);
    const found: string[] = [];
    for (const [key, text] of this.tree.entries(prefix)) {
      if (found.length === limit || !key.startsWith(prefix)) break;
      found.push(text);
    }
    return found;
  }

  update(update: Update): Promise<void> {
    const id = this.updates++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.main.postMessage({ ask: update, id });
    });
  }

  private apply({ type, place }: Update): void {
    if (type === 'put') this.tree.set(keyOf(place), JSON.stringify(place));
    else this.tree.delete(keyOf(place));
  }
}
