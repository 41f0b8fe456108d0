// What the kernel of a map finds wrong with it, for the arena and for the map's own `verify`.

import { AUDIT } from '../../build/numbers/map/codes.ts';
import {
  PROBLEM_AT,
  PROBLEM_EXPECTED,
  PROBLEM_FOUND,
  PROBLEM_NODE,
} from '../../build/numbers/map/result.ts';
import type { VerifyReport } from '../api.ts';
import { Status } from '../ground/kernel.ts';
import type { StructureType } from '../structure/kind.ts';
import type { Crossing } from '../values/crossing.ts';
import { type AnyCore, longOf, type MapKernel } from './core.ts';

/** What an audit found: which check failed, in which entry, at which offsets, and why. */
interface Finding {
  readonly check: number;
  readonly entry: number;
  readonly at: number;
  readonly node: number;
  readonly found: bigint;
  readonly expected: bigint;
}

/** Says it in a sentence. */
type Problem = (finding: Finding) => string;

/** The kind of structure, as the arena's directory and recovery know it. */
interface MapType<X extends MapKernel> extends StructureType<X> {
  readonly problem: Problem;
}

export function mapType<X extends MapKernel>(
  kind: Pick<MapType<X>, 'type' | 'own' | 'kernel' | 'problem'>,
): MapType<X> {
  return {
    ...kind,
    repair: (kernel, entry, generation, slot) => kernel.repair(entry, generation, slot),
    verify(kernel, entry, generation, crossing) {
      crossing.begin();
      return problems(kind.problem, kernel.audit(entry, generation), entry, crossing);
    },
  };
}

/** Audits a map that is open, of a kind that `mapType` has made. */
export function verifyMap(core: AnyCore): VerifyReport {
  const { kernel, entry, generation, crossing, member } = core;
  member.check();
  crossing.begin();
  const status = kernel.audit(entry, generation);
  if (status !== Status.OK && status < AUDIT) throw core.error(status, 'verify');
  const { problem } = member.type as MapType<MapKernel>;
  const found = problems(problem, status, entry, crossing);
  return { ok: found.length === 0, problems: found, unwalked: [] };
}

function problems(say: Problem, status: number, entry: number, { words }: Crossing): string[] {
  if (status < AUDIT) return [];
  const word = (at: number) => (words[at >> 2] as number) >>> 0;
  const long = (at: number) => longOf(word(at), word(at + 4));
  return [
    say({
      check: status - AUDIT,
      entry,
      at: word(PROBLEM_AT),
      node: word(PROBLEM_NODE),
      found: long(PROBLEM_FOUND),
      expected: long(PROBLEM_EXPECTED),
    }),
  ];
}
