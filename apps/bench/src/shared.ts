import { Arena } from '@x/shm-arena';
import type { Bench } from './types.ts';

/** Thread 0 makes an arena and says what stands in it; all threads get both. */
export async function shareArena<Told extends object = object>(
  bench: Bench,
  make: () => readonly [Arena, Told?],
): Promise<{ readonly arena: Arena; readonly told: Told }> {
  let made: Arena | undefined;
  const { handle, told } = await bench.share(() => {
    const [arena, told] = make();
    made = arena;
    return { handle: arena.handle, told: told as Told };
  });
  return { arena: made ?? Arena.attach(handle), told };
}
