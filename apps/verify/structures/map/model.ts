// What every map promises, made from what one says of itself: how its state reads as entries, what
// a write makes of it if it is written at once, and what operations of its own do to it.

import type { Model, OpCall, Result } from '../../src/structure.ts';

/** Keys and their values. */
export type Entries = Readonly<Record<string, number>>;

/** `Own`: the map's own part. */
export interface MapState<Own> {
  /** The map was not destroyed. */
  open: boolean;
  /** What each snapshot must show for ever. */
  snaps: Readonly<Record<string, Entries>>;
  /** Since each mark: the values that each key has had; absent is -1. */
  since: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  own: Own;
}

/** The states that a call may lead to, as `Model.apply` of the map's own part. */
export type Apply<Own> = (own: Own, call: OpCall, result: Result) => Own[];

/** What a map says of itself. */
export interface MapPromise<Own> {
  initial: Own;
  /** What is found in it. */
  entries(own: Own): Entries;
  /** After a write at once; null: a deletion. A map that is not written so has none. */
  write?(own: Own, key: string, value: number | null): Own;
  /**
   * All keys, if `many`, `scan`, `piecewise` and `count` read each key by itself: a value must have
   * been the key's at some instant since the `mark` with the same tag, which they are given first
   * and which stands right before them. Else each is of one instant, and needs no tag.
   */
  keys?: readonly string[];
  /** Its own operations. One with the name of a general one takes its place. */
  operations?: Readonly<Record<string, Apply<Own>>>;
  /** Of them, those that a destroyed map answers, too. */
  afterwards?: readonly string[];
  /** Whether a call may be refused for a reason that this state gives or leaves open. */
  refusable?(own: Own, call: OpCall, result: Result): boolean;
  /** Whether a call may say 'closed' while the map is open: of a part of it. */
  closed?(own: Own, call: OpCall): boolean;
}

/** The entries after a write; null: a deletion. */
export function put(entries: Entries, key: string, value: number | null): Entries {
  const { [key]: _, ...others } = entries;
  return value === null ? others : { ...entries, [key]: value };
}

/** Rows in the order of their keys; †: a tombstone. */
export function show(rows: Readonly<Record<string, number | null>>): string {
  return Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value === null ? '†' : value}`)
    .join(' ');
}

function parse(shown: string): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const row of shown.split(' ').filter((part) => part !== '')) {
    const cut = row.lastIndexOf('=');
    rows[row.slice(0, cut)] = Number(row.slice(cut + 1));
  }
  return rows;
}

type Outcome = 'done' | 'existed' | 'missing' | 'other';

/** What becomes of a write to a key whose value is `was`; `expected`, null: absence. */
export function outcomeOf(kind: string, was: number | undefined, expected: number | null): Outcome {
  if (kind === 'insert') return was === undefined ? 'done' : 'existed';
  if (kind === 'delete') return was === undefined ? 'missing' : 'done';
  if (kind !== 'compare') return 'done';
  if (was === undefined) return expected === null ? 'done' : 'missing';
  return was === expected ? 'done' : 'other';
}

/** What the calls that write at once say. */
const SAID: Record<string, { kind: string } & Partial<Record<Outcome, Result>>> = {
  set: { kind: 'set', done: 'ok' },
  insert: { kind: 'insert', done: 'ok', existed: 'exists' },
  delete: { kind: 'delete', done: 'deleted', missing: 'none' },
  cas: { kind: 'compare', done: 'ok', missing: 'differs', other: 'differs' },
};
const WRITES = new Set([...Object.keys(SAID), 'goi', 'add']);
const REFUSED = new Set<Result>(['full', 'limit', 'queue full', 'contended', 'no slot']);
/** A destroyed map's snapshots go on, as do threads. */
const AFTERWARDS = ['scanAt', 'getAt', 'drop', 'sweep', 'unpin'];

/** A write at once, by the same rules in every map. */
function written<Own>(map: MapPromise<Own>, own: Own, call: OpCall, result: Result): Own[] {
  const [op, key, b, c] = call as [string, string, number, number];
  const died = result === undefined;
  const was = map.entries(own)[key];
  const write = (value: number | null): Own[] => [map.write!(own, key, value)];
  if (op === 'add') {
    // Read, then written if nothing has changed: refused only when something may have.
    if (result === 'differs') return [own];
    if (!died && result !== (was ?? null)) return [];
    return write(b === null ? null : (was ?? 0) + b);
  }
  if (op === 'goi') {
    if (!died && result !== (was ?? 'new')) return [];
    return was === undefined ? write(b) : [own];
  }
  const { kind, ...said } = SAID[op]!;
  const outcome = outcomeOf(kind, was, b);
  if (!died && result !== said[outcome]) return [];
  if (op === 'delete') return write(null);
  return outcome === 'done' ? write(op === 'cas' ? c : b) : [own];
}

/** Whether a read has found what it may: the rows of this instant, or of any since its mark. */
function finds<Own>(
  map: MapPromise<Own>,
  { own, since }: MapState<Own>,
  [op, a, b]: OpCall,
  result: Result,
): boolean {
  const now = map.entries(own);
  if (op === 'get') return result === (now[a as string] ?? null);
  if (map.keys === undefined) {
    if (op !== 'many') return result === show(now);
    const there = (a as readonly string[]).filter((key) => now[key] !== undefined);
    return result === there.map((key) => `${key}=${now[key]}`).join(' ');
  }
  if (typeof result !== 'string' || result.startsWith('!')) return false;
  const rows = parse(result);
  const asked = op === 'many' ? (b as readonly string[]) : map.keys;
  if (Object.keys(rows).some((key) => !asked.includes(key))) return false;
  return asked.every((key) => since[a as string]![key]!.includes(rows[key] ?? -1));
}

/** Whether so many keys may have been counted since a mark. */
function counts<Own>({ since }: MapState<Own>, tag: string, result: Result): boolean {
  const keys = Object.values(since[tag]!);
  const always = keys.filter((had) => !had.includes(-1)).length;
  const ever = keys.filter((had) => had.some((value) => value !== -1)).length;
  return typeof result === 'number' && result >= always && result <= ever;
}

/** Notes, after a change, what each key is now. */
function noted<Own>(map: MapPromise<Own>, state: MapState<Own>): MapState<Own> {
  const tags = Object.entries(state.since);
  if (tags.length === 0) return state;
  const now = map.entries(state.own);
  const since = tags.map(([tag, keys]) => {
    const noted = Object.entries(keys).map(([key, had]) => {
      const value = now[key] ?? -1;
      return [key, had.includes(value) ? had : [...had, value].sort()] as const;
    });
    return [tag, Object.fromEntries(noted)] as const;
  });
  return { ...state, since: Object.fromEntries(since) };
}

/** What has an effect on more than the map's own part, or none. */
function general<Own>(
  map: MapPromise<Own>,
  state: MapState<Own>,
  call: OpCall,
  result: Result,
): MapState<Own>[] {
  const [op, tag, key] = call as [string, string, string];
  const died = result === undefined;
  const may = (good: boolean, next = state): MapState<Own>[] => (died || good ? [next] : []);
  switch (op) {
    case 'mark': {
      const now = map.entries(state.own);
      const keys = Object.fromEntries((map.keys ?? []).map((k) => [k, [now[k] ?? -1]]));
      return [{ ...state, since: { ...state.since, [tag]: keys } }];
    }
    case 'get':
    case 'many':
    case 'scan':
    case 'piecewise':
      return may(finds(map, state, call, result));
    case 'count':
      return may(died || counts(state, tag, result));
    case 'snap': {
      if (result === 'none') return may(state.snaps[tag] !== undefined);
      const snaps = { ...state.snaps, [tag]: map.entries(state.own) };
      return may(result === 'ok', { ...state, snaps });
    }
    case 'scanAt':
      return may(result === 'none' || result === show(state.snaps[tag] ?? {}));
    case 'getAt':
      return may(result === 'none' || result === (state.snaps[tag]?.[key] ?? null));
    case 'sizeAt':
      return may(result === 'none' || result === Object.keys(state.snaps[tag] ?? {}).length);
    case 'diff': {
      const [one, other] = [state.snaps[tag] ?? {}, state.snaps[key] ?? {}];
      const all = [...new Set([...Object.keys(one), ...Object.keys(other)])];
      const differ = all.filter((each) => one[each] !== other[each]).sort();
      return may(result === 'none' || result === differ.join(' '));
    }
    case 'drop':
    case 'sweep':
    case 'unpin':
      return [state];
    case 'heir':
      return may(result === 'ok');
    case 'end':
      return may(result === 'ok', { ...state, open: false });
    default:
      throw new Error(`the model does not know ${op}`);
  }
}

/** The sequential model of a map. */
export function modelOf<Own>(map: MapPromise<Own>): Model<MapState<Own>> {
  const afterwards = new Set([...AFTERWARDS, ...(map.afterwards ?? [])]);
  const ownOf = (op: string): Apply<Own> | undefined =>
    map.operations?.[op] ??
    (map.write !== undefined && WRITES.has(op)
      ? (own, call, result) => written(map, own, call, result)
      : undefined);
  return {
    initial: () => ({ open: true, snaps: {}, since: {}, own: map.initial }),
    apply(state, call, result) {
      const { own } = state;
      const [op] = call;
      if (REFUSED.has(result)) return map.refusable?.(own, call, result) === false ? [] : [state];
      if (result === 'closed') return !state.open || map.closed?.(own, call) ? [state] : [];
      if (!state.open && result !== undefined && !afterwards.has(op)) return [];
      const apply = ownOf(op);
      if (apply === undefined) return general(map, state, call, result);
      return apply(own, call, result).map((next) =>
        next === own ? state : noted(map, { ...state, own: next }),
      );
    },
    // The outcome of a write at once depends on its key alone.
    partition: ([op, key]) =>
      map.write !== undefined && (WRITES.has(op) || op === 'get') ? (key as string) : undefined,
  };
}
