// What stands for vitest where its tests run without it: the suite of reclaimers is written for
// vitest, and its tests become contracts here. No more of it than that suite uses.

import { type Contract, covers, same, show, throws, unmet, within } from '@x/testkit';

type Step = () => void | Promise<void>;

interface Scope {
  readonly path: string;
  readonly before: Step[];
  readonly after: Step[];
}

let scopes: readonly Scope[] = [];
let found: Contract[] = [];

/** The tests that `declare` declares. */
export function collect(declare: () => void): Contract[] {
  found = [];
  declare();
  return found;
}

export function describe(path: string, body: () => void): void {
  const outer = scopes;
  scopes = [...outer, { path, before: [], after: [] }];
  body();
  scopes = outer;
}

export function test(name: string, body: Step): void {
  const around = scopes;
  found.push({
    name: [...around.map(({ path }) => path), name].join(' › '),
    async run() {
      for (const { before } of around) for (const step of before) await step();
      const failures: unknown[] = [];
      const attempt = async (step: Step) => {
        try {
          await step();
        } catch (error) {
          failures.push(error);
        }
      };
      await attempt(body);
      for (const { after } of [...around].reverse()) for (const step of after) await attempt(step);
      if (failures.length > 0) throw failures[0];
    },
  });
}

export const beforeEach = (step: Step): void => void scopes.at(-1)?.before.push(step);
export const afterEach = (step: Step): void => void scopes.at(-1)?.after.push(step);

type Class = abstract new (...args: never) => Error;

export function expect(value: unknown, what = '') {
  const number = value as number;
  return {
    toBe: (expected: unknown) => {
      if (!Object.is(value, expected)) unmet(what, show(expected), show(value));
    },
    toBeUndefined: () => same(value, undefined, what),
    toEqual: (expected: unknown) => same(value, expected, what),
    toMatchObject: (part: object) => covers(value as object, part, what),
    toThrow: (kind: Class) => throws(value as () => unknown, kind, what),
    toBeGreaterThan: (bound: number) => {
      if (!(number > bound)) unmet(what, `more than ${bound}`, show(value));
    },
    toBeLessThan: (bound: number) => {
      if (!(number < bound)) unmet(what, `less than ${bound}`, show(value));
    },
    toBeGreaterThanOrEqual: (bound: number) => within(number, bound, Infinity, what),
    toBeLessThanOrEqual: (bound: number) => within(number, -Infinity, bound, what),
    not: {
      toBe: (other: unknown) => {
        if (Object.is(value, other)) unmet(what, `anything but ${show(other)}`, show(value));
      },
    },
  };
}
