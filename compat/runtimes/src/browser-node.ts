// What the suite of reclaimers asks Node for, in a browser: the contract that it looks into, and
// threads of Node's kind, of which one is a Web Worker that runs upon web-port.ts.

import { Arena, type ArenaHandle } from '@x/shm-arena';
import { turn } from '@x/testkit';
import { workerOf } from './page-threads.ts';
import { NotHere } from './run.ts';
import type { Setup, Told } from './web-port.ts';

declare const CONTRACT: string;

export const readFileSync = (): string => CONTRACT;

interface Options {
  readonly workerData: { readonly arena: ArenaHandle };
}

type Listener = (value: unknown) => void;

/** As much of a thread of Node as the suite uses. */
export class Worker extends EventTarget {
  readonly #worker: globalThis.Worker;
  readonly #arena: Arena;
  /** Its thread holds it as long as it runs. */
  readonly #lock = crypto.randomUUID();
  #ended = false;

  constructor(file: URL, { workerData }: Options) {
    super();
    this.#arena = Arena.attach(workerData.arena);
    this.#worker = workerOf(file);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if ('message' in data) this.#tell('message', data.message);
      else this.#end(0);
    });
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#worker.terminate();
      this.#tell('error', new Error(event.message ?? 'the worker failed'));
      this.#end(1);
    });
    const setup: Setup = { workerData, lock: this.#lock };
    this.#worker.postMessage(setup);
  }

  once(type: string, listener: Listener): void {
    const heard = (event: Event) => listener((event as CustomEvent).detail);
    this.addEventListener(type, heard, { once: true });
  }

  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Resolves when it runs no more, and the arena has looked for its death. */
  async terminate(): Promise<void> {
    if (this.#ended) return;
    const { held = [] } = await navigator.locks.query();
    const of = held.find(({ name }) => name === this.#lock)?.clientId;
    this.#worker.terminate();
    const holds = async () =>
      (await navigator.locks.query()).held?.some(({ clientId }) => clientId === of) ?? false;
    while (await holds()) await turn();
    // Another look may be under way, which holds the lock that it looks for.
    for (let look = 0; look < 2; look++) {
      await this.#arena.probe();
      await turn();
    }
    this.#end(1);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#arena.detach();
    this.#tell('exit', code);
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Nothing collects garbage on demand. */
export function leftOf(): never {
  throw new NotHere('nothing collects garbage on demand');
}

export const seed = 20_261_120;
export const replay = (file: string): string => `seed ${seed} of ${file}`;
