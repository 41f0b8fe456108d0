// Runs contracts one after the other, wherever this is, and tells of each.

import { type Contract, check, turn } from '@x/testkit';

/** What came of one contract; it holds when there is neither an error nor a reason. */
export interface Outcome {
  readonly name: string;
  readonly error?: string;
  /** Why it was not tried to its end. */
  readonly reason?: string;
}

/** What a contract asks for is not to be had in this runtime. */
export class NotHere extends Error {
  override readonly name = 'NotHere';
}

const SEED = 20_261_120;
/** For one contract. A thread that is never found dead would be waited for without end. */
const TIMEOUT_MS = 60_000;

/** Runs all; `tell` hears of each as it ends. */
export async function runAll(
  contracts: readonly Contract[],
  tell: (outcome: Outcome) => void,
): Promise<void> {
  for (const contract of contracts) {
    const host = { seed: SEED, replay: (seed: number) => `seed ${seed}` };
    tell({ name: contract.name, ...(await outcome(check(contract, host))) });
    await turn(); // What was looked at through a WeakRef, memories among it, stays for the turn.
  }
}

async function outcome(run: Promise<void>): Promise<Omit<Outcome, 'name'>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Omit<Outcome, 'name'>>((resolve) => {
    timer = setTimeout(() => resolve({ error: `not over after ${TIMEOUT_MS} ms` }), TIMEOUT_MS);
  });
  const said = run.then(
    () => ({}),
    (error: Error) => failure(error),
  );
  const found = await Promise.race([said, late]);
  clearTimeout(timer);
  return found;
}

function failure(error: Error): Omit<Outcome, 'name'> {
  // The runner of contracts tells the seed in an error of its own.
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each instanceof NotHere) return { reason: each.message };
  }
  return { error: `${error.name}: ${error.message}` };
}
