// Has vitest run contracts.

import { type Contract, check } from '@x/testkit';
import { describe, test } from 'vitest';
import { seed } from './seed.ts';

/** A test for each contract. */
export function contracts(what: string, all: readonly Contract[]): void {
  describe(what, () => {
    for (const each of all) {
      test(each.name, ({ task }) => {
        const replay = (of: number) => `SEED=${of} npx vitest run ${task.file.name}`;
        return check(each, { seed, replay });
      });
    }
  });
}
