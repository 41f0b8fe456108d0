// A structure of one's own: a queue that any thread puts into and takes from, after Michael and
// Scott, out of what @x/shm-arena and @x/reclaim-epoch have.
//
//     head ──► node that was taken ──► node ──► node ◄── tail (or the one before)
//
//     node, two words:  the next one, 0 at the end · a number
//
// Put: the last node's next is exchanged from 0 for the new one, which then is in the queue; who
// comes next may move `tail`. Take: `head` is moved to its next, whose number is the taken one, and
// the node that it leaves is given up. A reader has a pin, so a node that it sees is not used again
// meanwhile: an exchange that finds the node it expects finds the one that was read.
//
// A thread that dies is in nobody's way. If that was between making a node and putting it in, its
// eight bytes are lost; a kernel with an intent, as the maps have, loses none.

import { type Atomic, EpochDomain } from '@x/reclaim-epoch';
import { Arena, type ArenaHandle } from '@x/shm-arena';

/** Goes to other threads. */
export interface QueueHandle {
  readonly arena: ArenaHandle;
  readonly domain: EpochDomain['handle'];
  readonly head: Atomic['handle'];
  readonly tail: Atomic['handle'];
}

const NODE_BYTES = 8;
/** Words of a node. */
const [NEXT, NUMBER] = [0, 1];

export class Queue {
  readonly domain: EpochDomain;
  readonly handle: QueueHandle;
  private readonly words: Uint32Array;
  private readonly head: Atomic;
  private readonly tail: Atomic;

  private constructor(arena: Arena, domain: EpochDomain, head: Atomic, tail: Atomic) {
    this.domain = domain;
    this.words = new Uint32Array(arena.memory.buffer);
    this.head = head;
    this.tail = tail;
    const { handle } = domain;
    this.handle = { arena: arena.handle, domain: handle, head: head.handle, tail: tail.handle };
  }

  static create(arena: Arena): Queue {
    // By epochs a pin keeps all that can be reached, not only what was loaded from a cell.
    const domain = EpochDomain.create(arena, { scheme: 'epoch' });
    const first = domain.alloc(NODE_BYTES);
    new Uint32Array(arena.memory.buffer)[first / 4 + NEXT] = 0;
    return new Queue(arena, domain, domain.atomic(first), domain.atomic(first));
  }

  static attach({ arena: handle, domain: of, head, tail }: QueueHandle): Queue {
    const arena = Arena.attach(handle);
    const domain = EpochDomain.attach(arena, of);
    return new Queue(arena, domain, domain.attachAtomic(head), domain.attachAtomic(tail));
  }

  /** Puts a number, 32 bit, at the end. */
  put(number: number): void {
    const { domain, words, tail } = this;
    const node = domain.alloc(NODE_BYTES);
    words[node / 4 + NEXT] = 0;
    words[node / 4 + NUMBER] = number;
    const guard = domain.pin();
    for (;;) {
      const last = tail.load(guard);
      const next = Atomics.compareExchange(words, last / 4 + NEXT, 0, node);
      tail.compareExchange(last, next === 0 ? node : next, guard); // Or somebody else has.
      if (next === 0) break;
    }
    guard.close();
  }

  /** Takes the first number; undefined: there is none. */
  take(): number | undefined {
    const { domain, words, head, tail } = this;
    const guard = domain.pin();
    try {
      for (;;) {
        const taken = head.load(guard);
        const last = tail.load(guard);
        const next = Atomics.load(words, taken / 4 + NEXT);
        if (next === 0) return undefined;
        if (taken === last)
          tail.compareExchange(last, next, guard); // It never falls behind `head`.
        else if (head.compareExchange(taken, next, guard) === taken) {
          domain.retire(taken);
          return words[next / 4 + NUMBER];
        }
      }
    } finally {
      guard.close();
    }
  }
}
