// What a thread of Node has of `node:worker_threads`, in a Web Worker: it is told its data first,
// and ends when it has said something and listens to nothing more. Its maker hears of that before
// it has ended.

/** What it tells whoever made it. */
export type Told = { readonly message: unknown } | { readonly exit: true };

/** Its first message. */
export interface Setup {
  readonly workerData: unknown;
  readonly lock: string;
}

type Listener = (message: unknown) => void;

const heard = new Map<Listener, (event: MessageEvent) => void>();

const setup = await new Promise<Setup>((resolve) => {
  addEventListener('message', ({ data }) => resolve(data), { once: true });
});
await new Promise<void>((held) => {
  navigator.locks.request(setup.lock, () => {
    held();
    return new Promise(() => {}); // For as long as the thread is there.
  });
});

export const { workerData } = setup;

export const parentPort = {
  postMessage(message: unknown): void {
    tell({ message });
    endIfIdle();
  },
  on(_type: 'message', listener: Listener): void {
    const hear = ({ data }: MessageEvent) => listener(data);
    heard.set(listener, hear);
    addEventListener('message', hear);
  },
  off(_type: 'message', listener: Listener): void {
    removeEventListener('message', heard.get(listener)!);
    heard.delete(listener);
    endIfIdle();
  },
};

const tell = (told: Told): void => postMessage(told);

function endIfIdle(): void {
  if (heard.size > 0) return;
  tell({ exit: true });
  close();
}
