// The page: makes the arena, starts the worker, and reads at every frame. Reads never wait, so they
// are fine on a window's main thread.

import { Arena, supports } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';

const byId = (id) => document.getElementById(id);

if (!supports().isolated) {
  byId('report').textContent =
    'This page is not cross-origin isolated: see serve.ts for the headers.';
} else {
  run();
}

function run() {
  const arena = Arena.create({ bytes: 2 ** 26 });
  const list = SkipList.create(arena, { name: 'numbers' });
  const worker = new Worker('/worker.js', { type: 'module' });
  worker.postMessage(arena.handle);

  byId('kill').onclick = async () => {
    byId('kill').disabled = true;
    worker.terminate();
    // A browser does not tell when a worker has ended, but it drops the lock that the worker held.
    while ((await arena.probe()) === 0) await new Promise(requestAnimationFrame);
    const { reaped } = arena.recover();
    const { ok } = arena.verify();
    byId('report').textContent = `recovered ${reaped} thread; verify: ${ok ? 'clean' : 'damaged'}`;
  };

  const show = () => {
    byId('count').textContent = list.size;
    byId('last').textContent = list.last()?.[0] ?? 'none';
    requestAnimationFrame(show);
  };
  show();
}
