// Property tests run on a fixed seed, or on the one in SEED; a failure prints both the seed and the
// command that replays it.
import fc from 'fast-check';

const seed = Number(process.env.SEED ?? 20261120);
const runs = Number(process.env.RUNS ?? 300);

/** Checks a property; the report of a failure names its seed and path. */
export function holds<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>): void {
  const details = fc.check(property, { seed, numRuns: runs });
  if (!details.failed) return;
  throw new Error(
    `${fc.defaultReportMessage(details)}\nReplay: SEED=${seed} RUNS=${runs} pnpm test`,
  );
}

/** The `code` of what `call` throws, with the name of its class; 'nothing' when it does not. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return `${(error as Error).name} ${(error as { code?: string }).code}`;
  }
  return 'nothing';
}
