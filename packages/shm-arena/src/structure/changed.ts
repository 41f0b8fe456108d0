// Waiting for a word of the arena to change, without blocking. It always has a limit: a thread may
// die between changing the word and waking the others.

/** How often a word is looked at where there is no `Atomics.waitAsync`, in milliseconds. */
const POLL_MS = 4;

/**
 * Resolves when the word is not `seen` any more, after `ms` at the latest; in a later task in any
 * case.
 *
 * @param keepsAlive whether the process goes on for it
 */
export function changed(
  words: Int32Array,
  index: number,
  seen: number,
  ms: number,
  keepsAlive: boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let limit = ms;
    let timer: Timer | undefined;
    const end = () => {
      clearTimeout(timer as never);
      resolve();
    };
    if (typeof Atomics.waitAsync !== 'function') limit = Math.min(limit, POLL_MS);
    else {
      const waiting = Atomics.waitAsync(words as Int32Array<SharedArrayBuffer>, index, seen, limit);
      if (waiting.async) waiting.value.then(end);
      else limit = 0; // It has changed, or need not; other tasks have their turn all the same.
    }
    if (limit === 0) return afterOthers(resolve);
    timer = setTimeout(end, limit) as Timer;
    if (!keepsAlive) timer.unref?.();
  });
}

/** A platform's timer; a number in a browser. */
interface Timer {
  unref?(): void;
}

/** Runs `task` after the tasks that are ready now. */
function afterOthers(task: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (setImmediate !== undefined) setImmediate(task);
  else setTimeout(task, 0);
}
