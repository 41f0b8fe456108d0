// What is searched: the places of the tour, by their names.

import { Source } from '../tour/data.ts';
import { fold } from '../tour/names.ts';

export interface Place {
  readonly id: number;
  readonly name: string;
  readonly country: string;
}

/** A place that is new or goes. */
export type Update = { readonly type: 'put' | 'delete'; readonly place: Place };

/** What each worker answers from. The texts are places as JSON, which go out as they are. */
export interface Index {
  /** The first `limit` places whose names begin with what was typed. */
  complete(typed: string, limit: number): string[];
  /** When it is done, every worker shows it. */
  update(update: Update): void | Promise<void>;
}

/** Places order by name, without accents and capitals; of one name, by their number. */
export function keyOf({ id, name }: Place): string {
  return `${fold(name)}\t${String(id).padStart(9, '0')}`;
}

/** `limit` places, evenly spread, or all. */
export function readPlaces(limit: number): Place[] {
  const source = new Source(limit);
  return Array.from({ length: source.size }, (_, id) => {
    const [country, name] = source.key(id);
    return { id, name, country };
  });
}
