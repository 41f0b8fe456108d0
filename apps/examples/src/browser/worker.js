// The worker: writes records until it is terminated, a hundred in each turn of its event loop.

import { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';

addEventListener('message', async ({ data }) => {
  const arena = Arena.attach(data);
  await arena.ready; // From here on the page learns of this worker's end, whatever it is doing.
  const list = SkipList.open(arena, 'numbers');
  let written = 0;
  setInterval(() => {
    for (let i = 0; i < 100 && written < 100_000; i++) {
      list.set(String(written).padStart(6, '0'), { written: Date.now() });
      written++;
    }
  }, 10);
});
