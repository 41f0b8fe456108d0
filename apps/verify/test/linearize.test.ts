// The linearizability check against a search that tries every order, on random histories of a
// register.

import { expect, test } from 'vitest';
import type { Event } from '../src/history.ts';
import { linearize } from '../src/linearize.ts';
import { Random } from '../src/random.ts';
import type { Model } from '../src/structure.ts';

const register: Model<number> = {
  initial: () => 0,
  apply(value, [name, arg], result) {
    if (name === 'set') return [arg as number];
    return result === undefined || result === value ? [value] : [];
  },
};

/** Every order of every choice of pending calls. */
function brute(events: Event[]): boolean {
  const place = (value: number, left: Event[]): boolean => {
    if (left.every((e) => e.pending)) return true;
    return left.some((e) => {
      if (left.some((o) => o !== e && !o.pending && o.end < e.begin)) return false;
      const rest = left.filter((o) => o !== e && !(o.pending && o.end < e.begin));
      return register
        .apply(value, e.call, e.pending ? undefined : e.result)
        .some((v) => place(v, rest));
    });
  };
  return place(0, events);
}

function history(random: Random): Event[] {
  const events: Event[] = [];
  let clock = 0;
  const open: (Event | null)[] = [null, null, null];
  for (let n = 0; n < 14; n++) {
    const thread = random.below(3);
    const event = open[thread]!;
    if (event !== null) {
      event.end = clock++;
      event.pending = random.below(6) === 0;
      open[thread] = null;
    } else {
      const value = random.below(3);
      const write = random.below(2) === 0;
      open[thread] = {
        thread,
        call: write ? ['set', value] : ['get'],
        begin: clock++,
        end: Number.POSITIVE_INFINITY,
        result: write ? null : value,
        pending: false,
      };
      events.push(open[thread]!);
    }
  }
  for (const event of open) if (event !== null) event.pending = true;
  return events;
}

test('agrees with the search of every order on 3 000 random histories', () => {
  let good = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const events = history(new Random(seed));
    const expected = brute(events);
    if (expected) good++;
    expect(linearize(events, register) === undefined, `seed ${seed}`).toBe(expected);
  }
  expect(good).toBeGreaterThan(300);
  expect(good).toBeLessThan(2700);
});

test('splits by key where the model allows it', () => {
  const map: Model<number> = { ...register, partition: (call) => String(call[2]) };
  const event = (
    call: Event['call'],
    begin: number,
    end: number,
    result: Event['result'],
  ): Event => ({ thread: 0, call, begin, end, result, pending: false });
  const events = [event(['set', 1, 'a'], 0, 1, null), event(['get', 0, 'b'], 2, 3, 0)];
  expect(linearize(events, map)).toBeUndefined();
  const bad = event(['get', 0, 'a'], 4, 5, 0);
  expect(linearize([...events, bad], map)).toEqual([events[0], bad]);
});
