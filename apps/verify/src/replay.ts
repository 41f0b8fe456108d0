// A schedule as text: the scheduling points at which something else than the default happened, and
// what. "12>1 30>0 41x0" means: at point 12 thread 1 goes on, at 30 thread 0, at 41 thread 0 dies.
// "x0" loses no plain store, "x0*" all since its last atomic step, "x0.2" the third of them alone;
// "~" behind it: the survivors run to their ends before the recoverer comes.

import { END, GATE, KILL, killCode, type Machine, type Scheduler } from './machine.ts';
import type { VirtualThread } from './thread.ts';

export interface Choice {
  point: number;
  code: number;
}

/** Wraps a scheduler and notes every answer that is not the default. */
export class Recorder implements Scheduler {
  private readonly inner: Scheduler;
  choices: Choice[] = [];

  constructor(inner: Scheduler) {
    this.inner = inner;
  }

  next(machine: Machine, t: VirtualThread, why: number): number {
    const code = this.inner.next(machine, t, why);
    if (code !== (why === GATE ? t.id : machine.following(t))) {
      this.choices.push({ point: machine.point, code });
    }
    return code;
  }
}

export class Replay implements Scheduler {
  private readonly choices: readonly Choice[];
  private at = 0;
  /** Whether every choice could be made. */
  faithful = true;

  constructor(choices: readonly Choice[]) {
    this.choices = choices;
  }

  next(machine: Machine, t: VirtualThread, why: number): number {
    const fallback = why === GATE ? t.id : machine.following(t);
    const choice = this.choices[this.at];
    if (choice === undefined || choice.point > machine.point) return fallback;
    this.at++;
    if (choice.point === machine.point && this.possible(machine, choice.code)) return choice.code;
    this.faithful = false;
    return fallback;
  }

  private possible(machine: Machine, code: number): boolean {
    if (code === END) return machine.enabled === 0;
    if (code < KILL) return (machine.enabled & (1 << code)) !== 0;
    const victim = machine.threads[code & 15];
    if (victim === undefined || victim.role === 'auditor') return false;
    if (victim.status !== 1 && victim.status !== 2) return false;
    if ((code & 0xffff) >> 5 >= victim.log.variants()) return false;
    return machine.recoverers.some((r) => r.status !== 3 && r !== victim);
  }
}

export function showChoices(choices: readonly Choice[]): string {
  return choices
    .map(({ point, code }) => {
      if (code < KILL) return `${point}>${code}`;
      const variant = (code & 0xffff) >> 5;
      const lost = variant === 0 ? '' : variant === 1 ? '*' : `.${variant - 2}`;
      return `${point}x${code & 15}${lost}${(code & 16) !== 0 ? '~' : ''}`;
    })
    .join(' ');
}

export function readChoices(text: string): Choice[] {
  return text
    .split(/[ ,+]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const run = /^(\d+)>(\d+)$/.exec(part);
      if (run) return { point: Number(run[1]), code: Number(run[2]) };
      const death = /^(\d+)x(\d+)(\*|\.\d+)?(~)?$/.exec(part);
      if (!death) throw new Error(`not a choice: "${part}" (expected 12>1 or 12x0)`);
      const lost = death[3];
      const variant = lost === undefined ? 0 : lost === '*' ? 1 : Number(lost.slice(1)) + 2;
      return {
        point: Number(death[1]),
        code: killCode(Number(death[2]), variant, death[4] !== undefined),
      };
    });
}
