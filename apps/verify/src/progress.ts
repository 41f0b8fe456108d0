// A progress line: redrawn on a terminal, absent elsewhere.

import type { Totals } from './explore.ts';

export class Progress {
  private jobs = 0;
  private done = 0;
  private readonly started = performance.now();
  private readonly running = new Map<string, Totals>();
  private schedules = 0;
  private steps = 0;
  private last = 0;

  /** So many jobs more. */
  expect(jobs: number): void {
    this.jobs += jobs;
  }

  advance(id: string, totals: Totals): void {
    this.running.set(id, totals);
    this.draw(false);
  }

  finish(id: string, totals: Totals): void {
    this.running.delete(id);
    this.done++;
    this.schedules += totals.schedules;
    this.steps += totals.steps;
    this.draw(true);
  }

  /** Removes the line, before other output. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  }

  private draw(now: boolean): void {
    if (!process.stderr.isTTY) return;
    const time = performance.now();
    if (!now && time - this.last < 100) return;
    this.last = time;
    let { schedules, steps } = this;
    for (const totals of this.running.values()) {
      schedules += totals.schedules;
      steps += totals.steps;
    }
    const width = 24;
    const filled = Math.round((width * this.done) / Math.max(1, this.jobs));
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    const seconds = Math.round((time - this.started) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const name = [...this.running.keys()]
      .map((id) => id.slice(0, 30))
      .join(' | ')
      .slice(0, 60);
    process.stderr.write(
      `\r\x1b[2K${bar} ${this.done}/${this.jobs}  ${clock}  ${big(schedules)} schedules  ` +
        `${big(steps)} steps  ${name}`,
    );
  }
}

/** 12 345 678 → "12.3 M" */
export function big(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)} G`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} M`;
  if (n >= 1e4) return `${(n / 1e3).toFixed(0)} k`;
  return String(n);
}
