// What each worker answers from.

/** Counts of all workers: pages that were there, that were not, and how often one was rendered. */
export interface Counts {
  hits: number;
  misses: number;
  loads: number;
}

/** Makes the page of a place. */
export type Load = (id: number) => Promise<string>;

/** What a cache may hold, and for how long. */
export interface Bounds {
  readonly bytes: number;
  /** Milliseconds. */
  readonly ttl: number;
}

export interface Pages {
  page(id: number): Promise<string>;
  /** When it is done, no worker answers with a page from before. */
  invalidate(id: number): void | Promise<void>;
  /** What this worker has counted, or, of a cache that all share, all have. */
  counts(): Counts;
}
