// Seeded bugs of packages/masstree/assembly, each with the scenarios that must catch it.

import type { Mutant } from '../../src/structure.ts';

export const mutants: Mutant[] = [];
