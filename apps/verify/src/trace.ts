// A failing schedule as a table a person can follow: which thread did which step of which
// operation, in which function, on which word, and what the word held before and after.

import type { Failure } from './explore.ts';
import { seedOf } from './explore.ts';
import { showCall } from './history.ts';
import type { Machine } from './machine.ts';
import { LOAD, OP_NAMES, PAUSE, PLAIN_LOAD } from './ops.ts';
import type { Row } from './recording.ts';
import type { OpCall } from './structure.ts';

/** More rows than this are cut in the middle. */
const MOST_ROWS = 240;

const HEAD = ['step', 'thread', 'operation', 'in', 'does', 'before', 'after'];

/**
 * The table for the run that `machine` has just made with `watch.record`. Long stretches of reads
 * are shortened unless `all` is asked for.
 */
export function showTrace(machine: Machine, all = false): string {
  const table = rowsOf(machine, all);
  const shown =
    all || table.length <= MOST_ROWS
      ? table
      : [
          ...table.slice(0, 60),
          ['', '', '', '', `… ${table.length - MOST_ROWS} rows …`, '', ''],
          ...table.slice(table.length - MOST_ROWS + 60),
        ];
  const widths = HEAD.map((text, column) =>
    Math.max(
      text.length,
      ...shown.map((row) => (column === 4 && row[5] === '' ? 0 : row[column]!.length)),
    ),
  );
  const line = (row: string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [line(HEAD), line(widths.map((n) => '-'.repeat(n))), ...shown.map(line)].join('\n');
}

/** The rows of that table, a text for each column. */
function rowsOf(machine: Machine, all: boolean): string[][] {
  machine.recording.settle();
  const { rows } = machine.recording;
  return all
    ? rows.map((row, n) => cells(machine, row, n))
    : shortened(rows).map((n) => (n < 0 ? pause(-n) : cells(machine, rows[n]!, n)));
}

const pause = (n: number): string[] => ['', '', '', '', `… ${n} that change nothing …`, '', ''];

/** Numbers of the rows to show; -n stands for n rows in which one thread changes nothing. */
function shortened(rows: readonly Row[]): number[] {
  const shown: number[] = [];
  for (let n = 0; n < rows.length; ) {
    let end = n;
    const same = (row: Row | undefined): boolean =>
      row !== undefined &&
      row.note === undefined &&
      row.thread === rows[n]!.thread &&
      (row.op === LOAD || row.op === PLAIN_LOAD);
    while (same(rows[end])) end++;
    if (end - n > 7) {
      // What was read last, before the thread was switched away or wrote, says most.
      shown.push(n, n + 1, -(end - n - 5), end - 3, end - 2, end - 1);
    } else {
      for (let i = n; i < end; i++) shown.push(i);
    }
    if (end === n) shown.push(end++);
    n = end;
  }
  return shown;
}

function cells(machine: Machine, row: Row, n: number): string[] {
  const { role } = machine.threads[row.thread]!;
  const thread = `T${row.thread}${role === 'worker' ? '' : `:${role}`}`;
  const previous = machine.recording.rows[n - 1];
  const other = previous !== undefined && previous.thread !== row.thread ? '»' : ' ';
  if (row.note !== undefined) return ['', `${other}${thread}`, row.call, '', row.note, '', ''];
  const step = row.step === 0 ? '' : String(row.step);
  const where = row.site >= 0 ? machine.place(row.site).replace(/:.*/, '') : '';
  if (row.op === PAUSE) return [step, `${other}${thread}`, row.call, where, 'waits', '', ''];
  const size = row.width > 8 ? ` (${row.width} bytes)` : '';
  const does = `${OP_NAMES[row.op]} ${machine.word(row.at)}${size}`;
  const before = value(row.before, row.width);
  const after =
    row.after === row.before ? (row.op === 6 ? 'unchanged' : '·') : value(row.after, row.width);
  return [
    step,
    `${other}${thread}`,
    row.call,
    where,
    does,
    row.width > 8 ? '·' : before,
    row.width > 8 ? '·' : after,
  ];
}

function value(word: bigint, width: number): string {
  if (word < 100000n) return String(word);
  const hex = word.toString(16).padStart(width * 2, '0');
  return width === 8 ? `0x${hex.slice(0, 8)}_${hex.slice(8)}` : `0x${hex}`;
}

/** The calls with their intervals, one a line, in the order in which they began. */
export function showHistory(machine: Machine): string {
  const events = [...machine.events].sort((a, b) => a.begin - b.begin);
  return events
    .map((e) => {
      const end = e.end === Number.POSITIVE_INFINITY ? '  …' : String(e.end).padStart(3);
      const result = e.pending ? 'died' : (JSON.stringify(e.result) ?? 'nothing');
      const begin = String(e.begin).padStart(3);
      return `  [${begin},${end}]  T${e.thread}  ${showCall(e.call)} → ${result}`;
    })
    .join('\n');
}

/** What was called before, and by each thread. */
function calls({ scenario }: Machine): { prepare: string | undefined; threads: string[] } {
  const line = (program: readonly OpCall[]): string => program.map(showCall).join('; ');
  const { prepare, threads } = scenario;
  return { prepare: prepare && line(prepare), threads: threads.map(line) };
}

/** A failure for programs that show it: what `showFailure` prints, in parts. */
export function failureParts(machine: Machine, failure: Failure): object {
  const { structure, scenario, violation } = failure;
  return {
    ...{ structure, scenario, kind: violation.kind, message: violation.message },
    ...calls(machine),
    ...(failure.failAt === 0 ? {} : { refused: failure.failAt }),
    ...{ head: HEAD, rows: rowsOf(machine, false), again: seedOf(failure) },
  };
}

/** Everything about a failure, from its machine after the recorded run. */
export function showFailure(machine: Machine, failure: Failure, all = false): string {
  const { violation, scenario } = failure;
  const { prepare, threads } = calls(machine);
  const programs = threads.map((program, id) => `  T${id}: ${program}`).join('\n');
  const refused =
    failure.failAt === 0
      ? ''
      : `\nallocation ${failure.failAt}${failure.failOn ? ' and all after it are' : ' is'} refused`;
  const history = violation.kind === 'history' ? `\n\nthe history:\n${showHistory(machine)}` : '';
  return [
    `${failure.structure} / ${scenario}: ${violation.kind}: ${violation.message}`,
    `found after ${failure.after} schedules; shrunk to ${failure.choices.length} choices:`,
    prepare === undefined ? programs : `  before: ${prepare}\n${programs}${refused}`,
    '',
    showTrace(machine, all) + history,
    '',
    `again: pnpm verify:replay '${seedOf(failure)}'`,
  ].join('\n');
}
