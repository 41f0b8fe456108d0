// What is computed for each region, and what it must be while one worker writes: without the
// packages under test.
//
// The writer goes through all regions in their order, pass after pass, and each of its writes adds
// one to a region's revision. So the number of its writes says what every revision is, and the sum
// of all revisions at one instant is that number.

import type { Codec } from '@x/shm-arena';
import { json, u32, utf8 } from '@x/shm-arena/codec';
import { type Source, Wrong } from './data.ts';

/** Made of a region's places and its revision. */
export type Result = { rev: number; places: number; south: number; north: number };

export const revisionCodecs = { key: utf8, value: u32 };
export const resultCodecs = { key: utf8, value: json as Codec<Result> };

export class Regions {
  /** In their order. */
  readonly names: string[];
  private readonly source: Source;
  private readonly rows: Map<string, number[]>;
  private readonly places: Map<string, { index: number; latitudes: number[] }>;

  constructor(source: Source) {
    this.source = source;
    const nameOf = (row: number) => `${source.key(row)[0]}.${source.place(row, 0).admin1}`;
    const rows = Array.from({ length: source.size }, (_, row) => row);
    this.rows = Map.groupBy(rows, nameOf);
    this.names = [...this.rows.keys()].sort();
    const latitudes = Map.groupBy(source.rowsByLatitude(), nameOf);
    this.places = new Map(
      this.names.map((name, index) => {
        const sorted = (latitudes.get(name) ?? []).map((row) => source.latitude(row)[0]);
        return [name, { index, latitudes: sorted }];
      }),
    );
  }

  /** What the workers keep: from the places as they are. */
  compute(name: string, rev: number): Result {
    const result = { rev, places: 0, south: Infinity, north: -Infinity };
    for (const row of this.rows.get(name) ?? []) {
      const { lat } = this.source.place(row, rev);
      result.places++;
      result.south = Math.min(result.south, lat);
      result.north = Math.max(result.north, lat);
    }
    return result;
  }

  /** The revision of the region with this index, of the writer's first `writes`. */
  revision(index: number, writes: number): number {
    return Math.max(0, Math.ceil((writes - index) / this.names.length));
  }

  /** Throws unless `found` is the result of `name` when there were `least` to `most` writes. */
  check(name: string, found: Result, least: number, most: number): void {
    const expected = this.places.get(name);
    if (expected === undefined) throw new Wrong(`there is no region ${name}`);
    const { index, latitudes } = expected;
    const [low, high] = [this.revision(index, least), this.revision(index, most)];
    const right = found.rev >= low && found.rev <= high && found.places === latitudes.length;
    if (right && found.south === latitudes[0] && found.north === latitudes.at(-1)) return;
    const what = `${latitudes.length} places at revision ${low} to ${high}`;
    throw new Wrong(`${name}: expected ${what}, found ${JSON.stringify(found)}`);
  }

  /**
   * Throws unless `revisions` are those of all regions at one instant, when there were `least` to
   * `most` writes. Returns how many there were.
   */
  checkInstant(revisions: Iterable<[string, number]>, least: number, most: number): number {
    const found = new Map(revisions);
    const writes = [...found.values()].reduce((sum, rev) => sum + rev, 0);
    if (found.size !== this.names.length) throw new Wrong(`${found.size} regions at an instant`);
    if (writes < least || writes > most) {
      throw new Wrong(`expected ${least} to ${most} writes at an instant, found ${writes}`);
    }
    for (const [index, name] of this.names.entries()) {
      const expected = this.revision(index, writes);
      if (found.get(name) === expected) continue;
      throw new Wrong(`${name}: expected revision ${expected}, found ${found.get(name)}`);
    }
    return writes;
  }
}
