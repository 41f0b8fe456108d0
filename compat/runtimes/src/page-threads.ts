// Web Workers for contracts that run in a page, or in a worker of it, where the page makes them: in
// Firefox `new Worker` does not always return in a worker.

import { webThreads } from './web-threads.ts';

/** What the page is asked. */
export interface Made {
  readonly made: string;
  readonly port: MessagePort;
}

/** What the page says of such a worker. */
export type Said = { readonly message: unknown } | { readonly error: string };

/** A worker that the page has. */
class Remote extends EventTarget {
  readonly #port: MessagePort;

  constructor(file: URL) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const made: Made = { made: file.href, port: port2 };
    postMessage(made, { transfer: [port2] });
    port1.onmessage = ({ data }: MessageEvent<Said>) => {
      const event =
        'error' in data
          ? new ErrorEvent('error', { message: data.error })
          : new MessageEvent('message', { data: data.message });
      this.dispatchEvent(event);
    };
  }

  postMessage(message: unknown): void {
    this.#port.postMessage({ message });
  }

  terminate(): void {
    this.#port.postMessage('terminate');
  }
}

/** Nothing collects garbage on demand here. */
export const garbage = undefined;

/** A Web Worker that runs `file`. */
export const workerOf = (file: URL): Worker =>
  'document' in globalThis
    ? new Worker(file, { type: 'module' })
    : (new Remote(file) as unknown as Worker);

const file = new URL('./web-jobs.mjs', import.meta.url);

export const spawn = webThreads(() => workerOf(file));
