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
  arena.watch(worker); // From here on this page looks for its end.
  worker.postMessage(arena.handle);

  let killed = false;
  byId('kill').onclick = () => {
    byId('kill').disabled = true;
    worker.terminate();
    killed = true;
  };

  let recovered = 0;
  const show = () => {
    byId('count').textContent = list.size;
    byId('last').textContent = list.last()?.[0] ?? 'none';
    if (killed) {
      const others = arena.stats().participants.filter(({ slot }) => slot > 0); // The page has 0.
      if (others.some(({ state }) => state === 'dead')) recovered += arena.recover().reaped;
      else byId('report').textContent = fate(arena, others, recovered);
    }
    requestAnimationFrame(show);
  };
  show();
}

/** What has become of the terminated worker so far. */
function fate(arena, others, recovered) {
  if (recovered > 0) {
    return `recovered ${recovered} thread; verify: ${arena.verify().ok ? 'clean' : 'damaged'}`;
  }
  if (others.length === 0) return 'the worker was not attached: nothing to recover';
  // The browser drops the lock when the worker has ended: in Chromium 2 seconds later, if it
  // computes.
  if (others[0].locked) return 'the worker is ending';
  return 'the worker ended between `attach` and `ready`: nothing can tell, so its slot is lost';
}
