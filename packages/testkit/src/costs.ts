// What calls cost, and how that grows: the table that a structure gives of all its public methods,
// and the rule by which a method's steps are judged.
//
// A structure is built at n and at 16 n entries. In each of its worlds the same call is made, and
// the memory accesses of its kernels are counted. What JavaScript does beside them is not counted.

/** How a call's steps may grow with the number of entries, where nothing else changes. */
type Growth = 'constant' | 'logarithmic' | 'linear' | 'linearithmic';

/** How much larger than the smaller world the larger one is. */
export const TIMES = 16;

/** Most that steps may grow by; some of it for towers and trees that are not equally high. */
const MOST: Readonly<Record<Growth, number>> = {
  constant: 1.25,
  logarithmic: 2,
  linear: 1.25 * TIMES,
  linearithmic: 2 * TIMES,
};
/** Steps that no growth is judged by. */
const FEW = 24;

/** Methods of one object, and one of their calls. */
export interface CostRow<W> {
  /** Their names, divided by spaces. */
  readonly names: string;
  /** As the documents print it. */
  readonly cost: string;
  readonly grows: Growth;
  /** What else there is to say. */
  readonly note?: string;
  /** Calls the first of them. */
  readonly call: (world: W) => unknown;
  /** The worlds in which it costs that; all, if it does not say. */
  readonly in?: string;
  /** How often it is called; the counts are those of one. Each time before, `before` is called. */
  readonly times?: number;
  readonly before?: (world: W) => void;
}

/** An object of a structure that users hold. */
export interface CostObject<W> {
  readonly what: string;
  readonly of: (world: W) => object;
  /** The only worlds of these rows; else all that no object has for itself. */
  readonly in?: string;
  readonly rows: readonly CostRow<W>[];
}

/** All that a structure's calls cost. */
export interface CostTable<W> {
  readonly structure: string;
  /** What n is. */
  readonly n: string;
  /** Size of the smaller world. */
  readonly size: number;
  /** By name, how each is made. */
  readonly worlds: Readonly<Record<string, (n: number) => W>>;
  /** What each world is, as the documents say it. */
  readonly about: Readonly<Record<string, string>>;
  readonly objects: readonly CostObject<W>[];
  /** How high a structure is, which may grow by the logarithm. */
  readonly height?: (world: W) => number;
}

/** Whether `large` is more than `small` may grow to. */
export function grewTooMuch(grows: Growth, small: number, large: number): boolean {
  return large - FEW > MOST[grows] * small;
}

/** A row of a call that costs the same at any n. */
export const row = <W>(
  names: string,
  call: (world: W) => unknown,
  more: Partial<CostRow<W>> = {},
): CostRow<W> => ({ names, call, cost: 'O(1)', grows: 'constant', ...more });

/** What grows as n does, or with what it names. */
export const linear = (cost = 'O(n)') => ({ cost, grows: 'linear' }) as const;

export const LOGARITHMIC = { cost: 'O(log n + key)', grows: 'logarithmic' } as const;

/** What a cursor has, and one of the keys in turn. */
interface CursorWorld {
  readonly cursor: {
    readonly key: unknown;
    seek(key: number): boolean;
    next(): boolean;
    prev(): boolean;
  };
  readonly key: number;
}

/** What the calls of a cursor cost, in any map. */
export function cursorCosts<W extends CursorWorld>(): CostObject<W> {
  const step = (names: string, call: (world: W) => unknown): CostRow<W> =>
    row(names, call, { ...LOGARITHMIC, times: 20 });
  return {
    what: 'Cursor',
    of: ({ cursor }) => cursor,
    rows: [
      step('seek seekLast', ({ cursor, key }) => cursor.seek(key)),
      step('next', ({ cursor, key }) => cursor.seek(key) && cursor.next()),
      step('prev', ({ cursor, key }) => cursor.seek(key) && cursor.prev()),
      row('key value valid', ({ cursor }) => cursor.key),
      row('close', () => {}),
    ],
  };
}
