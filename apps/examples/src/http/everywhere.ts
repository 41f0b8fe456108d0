// Tells every worker of each update, for servers whose workers keep something of their own.
//
// The main thread puts the updates into one order, passes each to all workers, and when all have it
// tells the one that asked: so an update that was answered is seen whoever is asked next, as with
// what all of them share.

import type { MessagePort, Worker } from 'node:worker_threads';

/** `from` is the worker that asked, `id` its number for the update. */
type Passed = { from: number; id: number };
type Question<U> = { ask: U; id: number } | { applied: Passed };
type Answer<U> = { apply: U; passed: Passed } | { visible: number };

/** The main thread's part. */
export class Distributor<U> {
  private readonly workers: Worker[] = [];
  /** How many workers have yet to apply an update. */
  private readonly left = new Map<string, number>();

  /** The next worker; all join before the first update. */
  add(worker: Worker): void {
    const from = this.workers.push(worker) - 1;
    worker.on('message', (message: Question<U>) => {
      if ('ask' in message) this.pass(message.ask, { from, id: message.id });
      else if ('applied' in message) this.count(message.applied);
    });
  }

  private pass(update: U, passed: Passed): void {
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
export class Everywhere<U> {
  private readonly main: MessagePort;
  private readonly waiting = new Map<number, () => void>();
  private updates = 0;

  constructor(main: MessagePort, apply: (update: U) => void) {
    this.main = main;
    main.on('message', (message: Answer<U>) => {
      if ('apply' in message) {
        apply(message.apply);
        main.postMessage({ applied: message.passed });
      } else if ('visible' in message) {
        this.waiting.get(message.visible)?.();
        this.waiting.delete(message.visible);
      }
    });
  }

  /** Resolves when every worker has applied it. */
  apply(update: U): Promise<void> {
    const id = this.updates++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.main.postMessage({ ask: update, id });
    });
  }
}
