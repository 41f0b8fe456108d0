// What the tour prints: progress bars on a terminal, plain lines elsewhere, a table at the end.

import { SingleBar } from 'cli-progress';

/** A chapter's line in the result table. */
type Row = { name: string; result: string; ms: number; checks: number };

export class Report {
  private readonly rows: Row[] = [];
  private checks = 0;

  /** Runs a chapter and keeps its result for the table. */
  async chapter(name: string, title: string, run: () => Promise<string>): Promise<void> {
    console.log(`\n${name}: ${title}`);
    const start = performance.now();
    this.checks = 0;
    const result = await run();
    this.rows.push({ name, result, ms: performance.now() - start, checks: this.checks });
  }

  line(what: string, result: string): void {
    console.log(`  ${what}: ${result}`);
  }

  /** Counts results that were compared with the source. */
  checked(count: number): void {
    this.checks += count;
  }

  /** Shows how `done` goes towards `total` for as long as `work` runs. */
  async progress<T>(
    label: string,
    total: number,
    done: () => number,
    work: Promise<T>,
  ): Promise<T> {
    if (!process.stdout.isTTY) return work;
    const bar = new SingleBar({
      format: `  {bar} {value} / {total} ${label}`,
      formatValue: (value, _options, type) =>
        type === 'value' || type === 'total' ? count(value) : `${value}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 32,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(total, 0);
    const timer = setInterval(() => bar.update(Math.min(done(), total)), 50);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      bar.update(total);
      bar.stop();
    }
  }

  /** The result table: a line for each chapter, and how much was compared with the source. */
  table(): void {
    const sum = (key: 'ms' | 'checks') => this.rows.reduce((total, row) => total + row[key], 0);
    const total = { name: 'Together', result: 'none wrong', ms: sum('ms'), checks: sum('checks') };
    const width = Math.max(...this.rows.map(({ result }) => result.length));
    const print = (name: string, result: string, time: string, checks: string) => {
      console.log(name.padEnd(10) + result.padEnd(width) + time.padStart(10) + checks.padStart(12));
    };
    console.log();
    print('Chapter', 'Result', 'Time', 'Compared');
    for (const { name, result, ms, checks } of [...this.rows, total]) {
      print(name, result, seconds(ms), count(checks));
    }
  }
}

/** 171075 as "171 075". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A duration and what it means for `done` calls: "0.61 s, 280 000 a second". */
export function rate(done: number, ms: number): string {
  return `${seconds(ms)}, ${count((done / ms) * 1000)} a second`;
}
