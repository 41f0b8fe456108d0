// What the pages show: the places of the tour, and what is written about them.
//
// The places stand in memory that all threads read, so that no worker needs a copy of them to make
// a page. How often each was edited stands there too: that is this example's database.

import { setTimeout as sleep } from 'node:timers/promises';
import { Source } from '../tour/data.ts';

/** Goes to a worker as it is: all of it is shared. */
export interface Places {
  readonly latitudes: Float64Array;
  readonly longitudes: Float64Array;
  /** The names, one after the other, and where each ends. */
  readonly names: Uint8Array;
  readonly ends: Uint32Array;
  readonly edits: Int32Array;
}

/** How many neighbours a page shows. */
const NEAREST = 20;
const KM_PER_DEGREE = 111.2;
/** What the database takes to answer, in milliseconds. */
const ANSWER_MS = 1;

/** `limit` places, evenly spread, or all. */
export function readPlaces(limit: number): Places {
  const source = new Source(limit);
  const rows = Array.from({ length: source.size }, (_, row) => row);
  const names = rows.map((row) => {
    const [country, name] = source.key(row);
    return Buffer.from(`${name} (${country})`);
  });
  const bytes = Buffer.concat(names);
  const numbers = (size: number) => new SharedArrayBuffer(size * rows.length);
  const places: Places = {
    latitudes: new Float64Array(numbers(8)),
    longitudes: new Float64Array(numbers(8)),
    names: new Uint8Array(new SharedArrayBuffer(bytes.length)),
    ends: new Uint32Array(numbers(4)),
    edits: new Int32Array(numbers(4)),
  };
  places.names.set(bytes);
  let end = 0;
  for (const row of rows) {
    const { lat, lng } = source.place(row, 0);
    places.latitudes[row] = lat;
    places.longitudes[row] = lng;
    places.ends[row] = end += names[row].length;
  }
  return places;
}

/** Writes to the database. */
export function edit({ edits }: Places, id: number): void {
  Atomics.add(edits, id, 1);
}

/** Reads from the database, which takes a moment: what it says may be old by then. */
export async function readEdits({ edits }: Places, id: number): Promise<number> {
  const found = Atomics.load(edits, id);
  await sleep(ANSWER_MS);
  return found;
}

/** The page of a place: how often it was edited, and its neighbours; all places are looked at. */
export function render(places: Places, id: number, edits: number): string {
  const rows = nearest(places, id).map(({ row, km }) => {
    const cells = [nameOf(places, row), `${km.toFixed(1)} km`, positionOf(places, row)];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
  });
  const name = nameOf(places, id);
  return (
    `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${name}</title>\n` +
    `<h1>${name}</h1>\n<p>${positionOf(places, id)}, edited ${edits} times</p>\n` +
    `<table>\n${rows.join('')}</table>\n</html>\n`
  );
}

/** The nearest places, on a map that is flat around `id`. */
function nearest({ latitudes, longitudes }: Places, id: number): { row: number; km: number }[] {
  const [lat, lng] = [latitudes[id], longitudes[id]];
  const narrow = Math.cos((lat * Math.PI) / 180);
  const found: { row: number; square: number }[] = [];
  let worst = Infinity;
  for (let row = 0; row < latitudes.length; row++) {
    const north = latitudes[row] - lat;
    const east = (longitudes[row] - lng) * narrow;
    const square = north * north + east * east;
    if (square >= worst || row === id) continue;
    let at = found.length;
    while (at > 0 && found[at - 1].square > square) at--;
    found.splice(at, 0, { row, square });
    if (found.length > NEAREST) found.pop();
    if (found.length === NEAREST) worst = found[NEAREST - 1].square;
  }
  return found.map(({ row, square }) => ({ row, km: Math.sqrt(square) * KM_PER_DEGREE }));
}

function nameOf({ names, ends }: Places, row: number): string {
  const name = Buffer.from(names.buffer, ends[row - 1] ?? 0).subarray(
    0,
    ends[row] - (ends[row - 1] ?? 0),
  );
  return name.toString().replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
}

function positionOf({ latitudes, longitudes }: Places, row: number): string {
  return `${latitudes[row].toFixed(4)}, ${longitudes[row].toFixed(4)}`;
}
