// What the suite of reclaimers asks Node for, in a browser: the contract that it looks into, and
// threads of Node's kind, of which one is a Web Worker that runs upon web-port.ts.

import { Arena, type ArenaHandle } from '@x/shm-arena';
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
    this.#worker.terminate();
    await navigator.locks.request(this.#lock, () => {});
    await this.#arena.probe();
    this.#end(1);
  }

  #end(code: number): void {
    this.#arena.detach(); // Harmless the second time.
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
