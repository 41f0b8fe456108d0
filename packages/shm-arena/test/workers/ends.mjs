// Programs that have to end by themselves, started by ends.test.ts: what is still there must not
// keep them alive. The first argument says which; 'deno' as the second puts Deno's lock manager in
// place of Node's: a held lock, or one that is asked for, keeps the program alive.
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const [, , program, platform] = process.argv;

if (platform === 'deno') {
  Object.defineProperty(process.versions, 'deno', { value: '2.9.6' });
  const locks = {
    async request(_name, _options, callback) {
      const alive = setInterval(() => {}, 1000);
      await callback({});
      clearInterval(alive);
    },
  };
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
}

const { Arena } = await import('../../dist/index.js');

const programs = {
  /** Has an arena when it comes to its end. */
  async attached() {
    await Arena.create({ bytes: 2 ** 22 }).ready;
  },

  /** Its worker has one, too, and nobody watches it. */
  async worker() {
    const arena = Arena.create({ bytes: 2 ** 22 });
    new Worker(new URL(import.meta.url), { workerData: arena.handle, argv: [program, platform] });
    await arena.ready;
  },

  /** The same, watched. */
  async watched() {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const options = { workerData: arena.handle, argv: [program, platform] };
    const worker = new Worker(new URL(import.meta.url), options);
    arena.watch(worker);
    worker.on('exit', () => console.log(arena.recover().reaped));
  },

  /** Watches a Web Worker of which it never hears. */
  async webWorker() {
    const arena = Arena.create({ bytes: 2 ** 22 });
    globalThis.kept = { postMessage() {}, terminate() {}, addEventListener() {} };
    if (navigator.locks !== undefined) arena.watch(globalThis.kept);
  },
};

if (isMainThread) await programs[program]();
else await Arena.attach(workerData).ready;
console.log('end');
