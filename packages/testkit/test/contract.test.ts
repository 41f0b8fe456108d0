// How contracts are run, and what they may import.

import { readFileSync } from 'node:fs';
import { type Contract, check, random, shuffled, Unmet } from '@x/testkit';
import { expect, test } from 'vitest';

const host = { seed: 7, replay: (seed: number) => `again with ${seed}` };

test('a contract that drew says how it is run again; one that did not, does not', async () => {
  const drew: Contract = {
    name: 'drew',
    run({ seed }) {
      throw new Unmet(`with ${seed}`);
    },
  };
  const plain: Contract = {
    name: 'plain',
    run() {
      throw new Unmet('as ever');
    },
  };
  await expect(check(drew, host)).rejects.toThrow('with 7\nReplay: again with 7');
  await expect(check(plain, host)).rejects.toThrow(/^as ever$/);
});

test('the arenas of a contract are looked through and let go', async () => {
  const arenas: { detached(): boolean }[] = [];
  await check(
    {
      name: 'two arenas',
      run({ arena }) {
        arena().detach();
        const kept = arena({ bytes: 2 ** 22 });
        arenas.push({
          detached() {
            try {
              kept.stats();
            } catch (error) {
              return (error as { code: string }).code === 'CLOSED';
            }
            return false;
          },
        });
      },
    },
    host,
  );
  expect(arenas.map((each) => each.detached())).toEqual([true]);
});

test('chance is the same for the same seed', () => {
  const [a, b] = [random(5), random(5)];
  expect([a(1000), a(1000)]).toEqual([b(1000), b(1000)]);
  expect(shuffled(100, 3)).toEqual(shuffled(100, 3));
  expect(shuffled(100, 3).sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

const IMPORT = /^(?:import|export)\b[^'"]*?from\s*'([^']+)'|^import\s*'([^']+)'/gm;
const ALLOWED = /^(@x\/shm-arena(\/codec|\/map|\/structure)?|fast-check)$/;

test('no contract imports Node or a test runner', () => {
  const seen = new Set<string>();
  const todo = [new URL('../src/index.ts', import.meta.url)];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file.href)) continue;
    seen.add(file.href);
    for (const [, from, bare] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const name = from ?? bare ?? '';
      if (name.startsWith('.')) todo.push(new URL(name, file));
      else expect(name, file.pathname).toMatch(ALLOWED);
    }
  }
  expect(seen.size).toBeGreaterThan(20);
});
