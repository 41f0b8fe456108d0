// What the operations promise, one after another.

import type { Model, Result, Structure } from '../../src/structure.ts';

export interface State {
  /** Allocated and not freed. */
  blocks: readonly string[];
  /** The shared structure. */
  open: boolean;
  value: number;
  pages: number;
  /** Live structures: key and name. */
  named: Readonly<Record<string, string>>;
  /** Values leased to the cell. */
  forks: readonly (readonly [tag: string, value: number])[];
}

/** A tag that ends in a digit stands for so many pages, where pages are counted. */
const pagesOf = (blocks: readonly string[]): number =>
  blocks.reduce((sum, tag) => sum + (Number(tag.slice(1)) || 1), 0);

const refusals = new Set(['full', 'contended', 'no slot']);
/** Of what makes a region: each entry of their table may be in use. */
const noRegion = new Set([...refusals, 'limit']);

/** Who may be inside the directory, or have the name in its hands. */
const NAMING = ['create', 'pool', 'destroy', 'end', 'rescue'];
/** Beside these: of what follows a root the clock may move on and on. */
export const blockers: Structure['blockers'] = {
  create: NAMING,
  pool: NAMING,
  find: NAMING,
  lookup: NAMING,
  read: 'any',
  write: 'any',
  fork: 'any',
  take: 'any',
  draw: 'any',
  back: 'any',
};

export const model: Model<State> = {
  initial: () => ({ blocks: [], open: true, value: 0, pages: 1, named: {}, forks: [] }),
  apply(state, [op, a, b, room], result) {
    const { blocks } = state;
    const died = result === undefined;
    const same = [state];
    const none: State[] = [];
    if (result === 'none') return same;
    switch (op) {
      case 'alloc':
        if (result === 'full' && room !== undefined)
          return pagesOf(blocks) >= (room as number) ? same : none;
        if (refusals.has(result as string)) return same;
        if (!died && result !== 'ok') return none;
        return [{ ...state, blocks: [...blocks, a as string] }];
      case 'free':
      case 'release': {
        const live = blocks.includes(a as string);
        if (!died && (result === 'ok') !== live) return none;
        if (!died && !live) return result === 'double' || result === 'bad' ? same : none;
        return [{ ...state, blocks: blocks.filter((tag) => tag !== a) }];
      }
      case 'write':
        if (noRegion.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        if (!died && result !== 'ok') return none;
        return state.open || died ? [{ ...state, value: a as number }] : none;
      case 'read':
        if (result === 'closed') return state.open ? none : same;
        return died || result === 'contended' || (state.open && result === state.value)
          ? same
          : none;
      case 'hold':
      case 'keep':
        return died || result === state.value ? same : none;
      case 'fork':
      case 'visit':
      case 'shed':
        return leases(state, op, a as string, result);
      case 'take':
        if (refusals.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        if (result === 'limit') return state.pages >= (b as number) ? same : none;
        if (!died && result !== 'ok') return none;
        return died || b === 0 || state.pages < (b as number)
          ? [{ ...state, pages: state.pages + 1 }]
          : none;
      case 'end':
        if (died) return [{ ...state, open: false, forks: [] }];
        return (result === 'ok') === state.open ? [{ ...state, open: false, forks: [] }] : none;
      case 'pool':
      case 'create':
      case 'lookup':
      case 'find':
      case 'destroy':
        return names(state, op, a as string, b as string, result);
      case 'enter':
        return same;
      default:
        return died || result === 'ok' || result === 'limit' || refusals.has(result as string)
          ? same
          : none;
    }
  },
};

/** The calls about structures by name: `a` is the key, or of a search the name. */
function names(state: State, op: string, a: string, name: string, result: Result): State[] {
  const died = result === undefined;
  const taken = Object.values(state.named);
  if (op === 'lookup' || op === 'find') {
    if (result === 'another') return [];
    return died || result === 'contended' || (result === 'ok') === taken.includes(a) ? [state] : [];
  }
  if (op === 'destroy') {
    if (!died && (result === 'ok') !== (state.named[a] !== undefined)) return [];
    const { [a]: _gone, ...rest } = state.named;
    return [{ ...state, named: rest }];
  }
  if (noRegion.has(result as string)) return [state];
  if (result === 'taken') return taken.includes(name) ? [state] : [];
  if (taken.includes(name) || (!died && result !== 'ok')) return [];
  return [{ ...state, named: { ...state.named, [a]: name } }];
}

/** The calls about leases of the cell. */
function leases(state: State, op: string, tag: string, result: Result): State[] {
  const died = result === undefined;
  const { value, forks, open } = state;
  if (op === 'fork') {
    if (refusals.has(result as string) || result === 'limit') return [state];
    if (result === 'closed') return open ? [] : [state];
    if (!died && (result !== value || !open)) return [];
    return [{ ...state, forks: [...forks, [tag, value]] }];
  }
  if (op === 'visit') {
    if (result === 'nothing') return forks.length === 0 ? [state] : [];
    // Which of those with that value it was, is not told.
    return forks
      .filter(([, other]) => died || other === result)
      .map((fork) => ({ ...state, forks: forks.filter((other) => other !== fork) }));
  }
  const rest = forks.filter(([other]) => other !== tag);
  const was = rest.length < forks.length;
  return died || (result === 'ok') === was ? [{ ...state, forks: rest }] : [];
}
