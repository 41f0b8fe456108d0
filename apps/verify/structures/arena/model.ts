// What the operations promise, one after another.

import type { Model } from '../../src/structure.ts';

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

export const model: Model<State> = {
  initial: () => ({ blocks: [], open: true, value: 0, pages: 1, named: {}, forks: [] }),
  apply(state, [op, a, b, room], result) {
    const { blocks, named } = state;
    const died = result === undefined;
    const same = [state];
    const none: State[] = [];
    if (result === 'none') return same;
    switch (op) {
      case 'alloc':
        if (result === 'full' && room !== undefined)
          return pagesOf(blocks) >= (room as number) ? same : none;
        if (refusals.has(result as string)) return same;
        return [{ ...state, blocks: [...blocks, a as string] }];
      case 'free':
      case 'release': {
        const live = blocks.includes(a as string);
        if (!died && (result === 'ok') !== live) return none;
        if (!died && !live) return result === 'double' || result === 'bad' ? same : none;
        return [{ ...state, blocks: blocks.filter((tag) => tag !== a) }];
      }
      case 'write':
        if (refusals.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        return state.open || died ? [{ ...state, value: a as number }] : none;
      case 'read':
        if (result === 'closed') return state.open ? none : same;
        return died || result === 'contended' || (state.open && result === state.value)
          ? same
          : none;
      case 'hold':
        return died || result === state.value ? same : none;
      case 'fork': {
        const { value, forks } = state;
        if (refusals.has(result as string) || result === 'limit') return same;
        if (result === 'closed') return state.open ? none : same;
        if (!died && (result !== value || !state.open)) return none;
        return [{ ...state, forks: [...forks, [a as string, value]] }];
      }
      case 'visit':
        if (result === 'nothing') return state.forks.length === 0 ? same : none;
        // Which of those with that value it was, is not told.
        return state.forks
          .filter(([, value]) => died || value === result)
          .map((fork) => ({ ...state, forks: state.forks.filter((other) => other !== fork) }));
      case 'shed': {
        const rest = state.forks.filter(([tag]) => tag !== a);
        const was = rest.length < state.forks.length;
        return died || (result === 'ok') === was ? [{ ...state, forks: rest }] : none;
      }
      case 'take':
        if (refusals.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        if (result === 'limit') return state.pages >= (b as number) ? same : none;
        return died || b === 0 || state.pages < (b as number)
          ? [{ ...state, pages: state.pages + 1 }]
          : none;
      case 'end':
        if (died) return [{ ...state, open: false, forks: [] }];
        return (result === 'ok') === state.open ? [{ ...state, open: false, forks: [] }] : none;
      case 'create': {
        if (refusals.has(result as string)) return same;
        const taken = Object.values(named).includes(b as string);
        if (result === 'stuck') return none;
        if (result === 'taken') return taken ? same : none;
        return taken ? none : [{ ...state, named: { ...named, [a as string]: b as string } }];
      }
      case 'find': {
        const there = Object.values(named).includes(a as string);
        return died || result === 'contended' || (result === 'ok') === there ? same : none;
      }
      case 'destroy': {
        const there = named[a as string] !== undefined;
        if (!died && (result === 'ok') !== there) return none;
        const { [a as string]: _gone, ...rest } = named;
        return [{ ...state, named: rest }];
      }
      default:
        return died || result === 'ok' || result === 'limit' || refusals.has(result as string)
          ? same
          : none;
    }
  },
};
