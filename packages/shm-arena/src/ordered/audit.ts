// What the kernel of a map finds wrong with it, for the arena and for the map's own `verify`.

import type { VerifyReport } from '../api.ts';
import { Status } from '../ground/kernel.ts';
import type { StructureType } from '../structure/kind.ts';
import type { Crossing } from '../values/crossing.ts';
import { type AnyCore, type MapKernel, MapStatus } from './core.ts';

/** What the status of an audit that found something says, in a sentence. */
type Problem = (check: number, entry: number, words: Crossing['words']) => string;

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

/** Audits a map that is open. */
export function verifyMap({ problem }: { problem: Problem }, core: AnyCore): VerifyReport {
  const { kernel, entry, generation, crossing } = core;
  crossing.begin();
  const status = kernel.audit(entry, generation);
  if (status !== Status.OK && status < MapStatus.AUDIT) throw core.error(status, 'verify');
  const found = problems(problem, status, entry, crossing);
  return { ok: found.length === 0, problems: found, unwalked: [] };
}

function problems(problem: Problem, status: number, entry: number, { words }: Crossing): string[] {
  return status < MapStatus.AUDIT ? [] : [problem(status - MapStatus.AUDIT, entry, words)];
}
