// What tests of structures share.

import { Arena, type ArenaOptions, type Codec } from '@x/shm-arena';
import { json } from '@x/shm-arena/codec';

export { codeOf, rejection } from './errors.mjs';
export { Control, finished, type Job, starter, turns } from './job.ts';
export { random, userKey } from './random.mjs';

/** The seed of this run: SEED=… replays. Every random test prints it when it fails. */
export const seed = Number(process.env.SEED ?? 20_261_120);

/** How a failed run is repeated. */
export const replay = (file: string) => `SEED=${seed} npx vitest run test/${file}`;

export const freshArena = (options: ArenaOptions = {}): Arena =>
  Arena.create({ bytes: 64 * 2 ** 20, participants: 16, ...options });

/** Options for values of some type, kept as JSON. */
export const values = <V>() => ({ value: json as Codec<V> });

/** Everything a map shows, for comparing two looks at it. */
export function content<V>(view: { entries(): Iterable<[string, V]> }): [string, V][] {
  return [...view.entries()];
}
