// What the tour prints: progress bars on a terminal, plain lines elsewhere, a table at the end.

import { SingleBar } from 'cli-progress';

/** One line of the result table. */
type Row = { what: string; result: string };

export class Report {
  private readonly rows: Row[] = [];
  private readonly started = performance.now();
  private checks = 0;

  heading(title: string): void {
    console.log(`\n${title}`);
    this.rows.push({ what: title, result: '' });
  }

  line(what: string, result: string): void {
    console.log(`  ${what}: ${result}`);
    this.rows.push({ what: `  ${what}`, result });
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

  /** The result table. */
  end(): void {
    this.heading('All together');
    this.line('results compared with the source', `${count(this.checks)}, none wrong`);
    this.line('time', seconds(performance.now() - this.started));
    const width = Math.max(...this.rows.map(({ what }) => what.length)) + 2;
    console.log(`\n${'='.repeat(width + 40)}`);
    for (const { what, result } of this.rows)
      console.log(`${what.padEnd(width)}${result}`.trimEnd());
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
