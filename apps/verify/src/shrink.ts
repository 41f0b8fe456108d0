// Makes a failing schedule smaller: fewer choices first (each dropped in turn, then pairs), then
// each choice as early as it still fails, so that what is left is what the fault needs.

import { computed } from './clock.ts';
import type { Exploration, Failure } from './explore.ts';
import { type Choice, Recorder, Replay } from './replay.ts';
import type { Violation } from './violation.ts';

/** Most schedules tried. */
const BUDGET = 4000;

export function shrink(exploration: Exploration, failure: Failure): Failure {
  const { machine } = exploration;
  const start = computed();
  exploration.configure(failure.plan);
  machine.failAt = failure.failAt;
  machine.failOn = failure.failOn;
  let best = failure.choices;
  let violation: Violation = failure.violation;
  let tries = 0;
  const attempt = (choices: Choice[]): boolean => {
    if (++tries > BUDGET || computed() - start > 5000) return false;
    const recorder = new Recorder(new Replay(choices));
    const found = exploration.judge(machine.execute(recorder));
    if (found === null || found.kind !== failure.violation.kind) return false;
    if (recorder.choices.length > best.length) return false;
    const smaller = recorder.choices.length < best.length;
    const earlier = weight(recorder.choices) < weight(best);
    if (!smaller && !earlier) return false;
    best = recorder.choices;
    violation = found;
    return true;
  };
  for (let again = true; again; ) {
    again = false;
    for (let n = best.length - 1; n >= 0; n--) {
      if (n < best.length) again = attempt(best.filter((_, i) => i !== n)) || again;
    }
    for (let n = best.length - 2; n >= 0; n--) {
      if (n + 1 < best.length)
        again = attempt(best.filter((_, i) => i !== n && i !== n + 1)) || again;
    }
    for (let n = 0; n < best.length; n++) {
      const from = n === 0 ? 1 : best[n - 1]!.point + 1;
      for (let point = from; point < (best[n]?.point ?? 0); point++) {
        if (attempt(best.map((c, i) => (i === n ? { ...c, point } : c)))) break;
      }
    }
    if (tries > BUDGET) break;
  }
  return { ...failure, choices: best, violation };
}

function weight(choices: readonly Choice[]): number {
  return choices.reduce((sum, c) => sum + c.point, 0);
}

/** Runs the failing schedule once more with every step kept, so that it can be printed. */
export function record(exploration: Exploration, failure: Failure): Violation | null {
  const { machine } = exploration;
  exploration.configure(failure.plan);
  machine.failAt = failure.failAt;
  machine.failOn = failure.failOn;
  machine.watch.record = true;
  const violation = exploration.judge(machine.execute(new Replay(failure.choices)));
  machine.watch.record = false;
  return violation;
}
