// What a domain promises: a register and a stack that behave as if alone, and blocks that stay as
// they were for whoever holds them.

import type { Model, Structure } from '../../src/structure.ts';

export interface State {
  value: number;
  /** Values given to the domain. */
  forks: readonly number[];
  stack: readonly number[];
  /** The domain was destroyed. */
  gone?: boolean;
}

const refusals = new Set(['full', 'contended', 'restart', 'limit']);

/** Eras that move on and on, lost races for the top, homes in hands. */
export const blockers: Structure['blockers'] = {
  fork: 'any',
  push: 'any',
  pop: 'any',
  enter: 'any',
  move: 'any',
};

export const model: Model<State> = {
  initial: () => ({ value: 0, forks: [], stack: [] }),
  apply(state, [op, argument], result) {
    const died = result === undefined;
    if (typeof result === 'string' && refusals.has(result)) return [state];
    if (result === 'closed') return state.gone === true ? [state] : [];
    switch (op) {
      case 'destroy':
        return [{ ...state, gone: true }];
      case 'write':
        return died || result === 'ok' ? [{ ...state, value: argument as number }] : [];
      case 'read':
      case 'linger':
      case 'hold':
      case 'stall':
      case 'again':
        return died || result === state.value ? [state] : [];
      case 'fork':
        return died || result === state.value
          ? [{ ...state, forks: [...state.forks, state.value] }]
          : [];
      case 'visit':
        if (result === 'none') return [state];
        if (result === 'nothing') return state.forks.length === 0 ? [state] : [];
        return state.forks.flatMap((value, n) =>
          died || value === result
            ? [{ ...state, forks: [...state.forks.slice(0, n), ...state.forks.slice(n + 1)] }]
            : [],
        );
      case 'look':
        return died || typeof result === 'number' || result === 'none' ? [state] : [];
      case 'push':
        return died || result === 'ok'
          ? [{ ...state, stack: [argument as number, ...state.stack] }]
          : [];
      case 'pop': {
        if (died)
          return state.stack.length > 0 ? [{ ...state, stack: state.stack.slice(1) }] : [state];
        if (result === 'empty') return state.stack.length === 0 ? [state] : [];
        return state.stack[0] === result ? [{ ...state, stack: state.stack.slice(1) }] : [];
      }
      default:
        return died || result === 'ok' ? [state] : [];
    }
  },
};
