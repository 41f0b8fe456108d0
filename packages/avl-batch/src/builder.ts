// A builder in a thread of its own: the other side of start.ts. The thread sleeps on a word of the
// map, and does nothing else.

import {
  Arena,
  type ArenaHandle,
  type Codec,
  type ShmErrorCode,
  type StructureHandle,
} from '@x/shm-arena';
import { attachStructure, typeError, workerThreads } from '@x/shm-arena/structure';
import { Building } from './building.ts';
import { Core } from './core.ts';
import { BuilderLoop, type Pace } from './loop.ts';
import { Signals } from './signals.ts';
import { AVL_BATCH } from './type.ts';

/** What the thread is told. */
export interface Order {
  readonly arena: ArenaHandle;
  readonly map: StructureHandle;
  readonly key: CodecName;
  readonly value: CodecName;
  readonly pace: Pace & { readonly autoCompact: boolean };
  /** Word 0: 1 = it shall end. */
  readonly flag: Int32Array<SharedArrayBuffer>;
}

/** What the thread tells. */
export type Word =
  | { readonly type: 'ready' }
  | { readonly type: 'over' }
  | { readonly type: 'error'; readonly code: ShmErrorCode; readonly message: string };

interface CodecName {
  readonly id: string;
  readonly version: number;
}

/** A builder moves bytes: it never asks a codec for anything but its name. */
function nameOnly({ id, version }: CodecName): Codec<unknown> {
  const none = (): never => {
    throw typeError(`codec ${id}: a builder has none`);
  };
  return { id, version, encode: none, decode: none };
}

function work(order: Order, tell: (word: Word) => void): void {
  const report = (error: Error) => {
    const { code = 'CLOSED' } = error as { code?: ShmErrorCode };
    tell({ type: 'error', code, message: error.message });
  };
  let arena: Arena | undefined;
  try {
    arena = Arena.attach(order.arena);
    const codecs = { key: nameOnly(order.key), value: nameOnly(order.value) };
    const member = attachStructure(arena, AVL_BATCH, order.map, codecs);
    const core = new Core(member, codecs.key, codecs.value);
    const signals = new Signals(core);
    const { pace, flag } = order;
    const building = new Building(core, signals, pace.maxOps, pace.autoCompact);
    const loop = new BuilderLoop(building, signals, pace, report);
    tell({ type: 'ready' });
    while (Atomics.load(flag, 0) === 0) {
      const ms = loop.step();
      if (ms < 0) break;
      if (ms > 0) signals.requestSync(loop.seen, ms);
    }
  } catch (error) {
    // CLOSED: the map was destroyed meanwhile, which ends any builder.
    if ((error as { code?: string }).code !== 'CLOSED') report(error as Error);
  }
  arena?.detach();
  tell({ type: 'over' });
}

interface Port {
  postMessage(word: Word): void;
  once(event: 'message', listen: (data: Message) => void): void;
}

/** The only message that the thread gets. */
export interface Message {
  readonly '@x/avl-batch': Order;
}

const { parentPort } = (workerThreads() ?? {}) as { readonly parentPort?: Port | null };
if (parentPort != null) {
  parentPort.once('message', ({ '@x/avl-batch': order }) => {
    work(order, (word) => parentPort.postMessage(word));
  });
} else {
  addEventListener(
    'message',
    ({ data }: MessageEvent<Message>) => work(data['@x/avl-batch'], (word) => postMessage(word)),
    { once: true },
  );
}
