// What a cache promises: what is read is what was written last, unless it has expired, was
// invalidated, or had to make room; a fill ends only where nothing has happened since it began.

import type { Model, OpCall, Result } from '../../src/structure.ts';

/** What a key has: a value, when that expires, and whose fill stands. */
interface Place {
  value?: number;
  expires?: number;
  fill?: string;
}

export interface CacheState {
  open: boolean;
  /** Whether a value may have made room. */
  forgets: boolean;
  time: number;
  keys: Readonly<Record<string, Place>>;
}

const REFUSED = new Set<Result>(['full', 'limit', 'contended', 'no slot']);
const LASTING = new Set(['quit', 'heir', 'tick', 'sweep']);

const isFresh = ({ value, expires }: Place, { time }: CacheState): boolean =>
  value !== undefined && (expires === undefined || expires > time);

/** What a call about a key makes of what it has; none: it cannot have said that. */
function after(state: CacheState, has: Place, call: OpCall, result: Result): Place[] {
  const [op, , a, b] = call as [string, string, number & string, number];
  const died = result === undefined;
  const fresh = isFresh(has, state);
  const { fill, ...without } = has;
  const may = (good: boolean, next: Place): Place[] => (good || died ? [next] : []);
  switch (op) {
    case 'get':
      return may(result === (fresh ? has.value : null), has);
    case 'set':
      return may(result === 'ok', {
        value: a,
        ...(b ? { expires: state.time + b } : {}),
      });
    case 'delete':
      return may(fresh ? result === 'deleted' : result === 'gone' || result === 'none', {});
    case 'fill':
    case 'refresh':
      if (typeof result === 'number') {
        const given = op === 'fill' ? fresh : fill !== undefined;
        return may(given && result === has.value, has);
      }
      if (result === 'others') return may(fill !== undefined && !(op === 'fill' && fresh), has);
      if (result === 'begun late') return [{ ...has, fill: a }];
      return may(result === 'begun' && fill === undefined && (op === 'refresh' || !fresh), {
        ...has,
        fill: a,
      });
    case 'endFill': {
      const mine = fill === a;
      if (result === 'void') return may(!mine, has);
      return mine ? may(result === 'ended', { value: b }) : [];
    }
    case 'cancel':
      if (result === 'void') return may(fill !== a, has);
      return fill === a ? may(result === 'ok', without) : [];
    default:
      throw new Error(`the model does not know ${op}`);
  }
}

function about(state: CacheState, call: OpCall, result: Result): CacheState[] {
  const key = call[1] as string;
  const has = state.keys[key] ?? {};
  const places = [has];
  if (state.forgets && has.value !== undefined) places.push({});
  return places.flatMap((place) =>
    after(state, place, call, result).map((next) => ({
      ...state,
      keys: { ...state.keys, [key]: next },
    })),
  );
}

export const model: Model<CacheState> = {
  initial: () => ({ open: true, forgets: false, time: 0, keys: {} }),
  apply(state, call, result) {
    const [op, a] = call;
    const died = result === undefined;
    if (REFUSED.has(result) || (result === 'none' && op !== 'delete')) return [state];
    if (result === 'closed') return state.open ? [] : [state];
    if (!state.open && !died && !LASTING.has(op)) return [];
    const may = (next: CacheState): CacheState[] => (died || result === 'ok' ? [next] : []);
    switch (op) {
      case 'void':
        return may({ ...state, keys: {} });
      case 'time':
        return may({ ...state, time: Math.max(state.time, a as number) });
      case 'forgets':
        return may({ ...state, forgets: true });
      case 'end':
        return may({ ...state, open: false });
      case 'room':
      case 'relief':
      case 'purge':
      case 'size':
      case 'tick':
      case 'quit':
      case 'heir':
      case 'sweep':
        return may(state);
      default:
        return about(state, call, result);
    }
  },
  partition: ([op, key]) =>
    ['get', 'set', 'delete', 'fill', 'refresh', 'endFill', 'cancel'].includes(op)
      ? (key as string)
      : ['room', 'relief', 'purge'].includes(op)
        ? ''
        : undefined,
};
