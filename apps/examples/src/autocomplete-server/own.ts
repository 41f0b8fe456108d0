// An index in the heap of each worker, to compare: a B+tree, and every update goes to every worker.

import type { MessagePort } from 'node:worker_threads';
import sortedBtree from 'sorted-btree';
import { Everywhere } from '../http/everywhere.ts';
import { fold } from '../tour/names.ts';
import { type Index, keyOf, type Place, type Update } from './places.ts';

/** The package is CommonJS: the class is the default of the default. */
const BTree = (sortedBtree as unknown as { default: typeof import('sorted-btree').default })
  .default;

export class OwnIndex implements Index {
  private readonly tree = new BTree<string, string>();
  private readonly everywhere: Everywhere<Update>;

  constructor(places: readonly Place[], main: MessagePort) {
    for (const place of places) this.apply({ type: 'put', place });
    this.everywhere = new Everywhere(main, (update) => this.apply(update));
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
    return this.everywhere.apply(update);
  }

  private apply({ type, place }: Update): void {
    if (type === 'put') this.tree.set(keyOf(place), JSON.stringify(place));
    else this.tree.delete(keyOf(place));
  }
}
