import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * This thread's garbage collection. The flag is the process's, and goes back at once: with it,
 * Node's own code would be compiled anew in each thread. So another thread may take it back just
 * before this one looks; then once more.
 */
export function collector(): () => void {
  for (;;) {
    setFlagsFromString('--expose-gc');
    const found = runInNewContext('typeof gc === "function" ? gc : undefined');
    setFlagsFromString('--no-expose-gc');
    if (found !== undefined) return found;
  }
}
