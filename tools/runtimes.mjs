// The README's tables of runtimes and of how a worker's death becomes known in each, from what ran:
// compat/runtimes/results.
//
//   node tools/runtimes.mjs [--write]    without --write: whether the README has them

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const RESULTS = join(ROOT, 'compat/runtimes/results');
const README = join(ROOT, 'README.md');
const PLACE = /(<!-- runtimes: tools\/runtimes\.mjs -->\n)[\s\S]*?(<!-- \/runtimes -->)/;

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);
const row = (cells) => `| ${cells.join(' | ')} |\n`;
const table = (head, rows) => row(head) + row(head.map(() => '---')) + rows.map(row).join('');

/** Counts of one runtime, over all packages and kinds of threads. */
function counted({ contracts }, key) {
  return sum(
    Object.values(contracts).flatMap((kinds) => Object.values(kinds).map((c) => c[key] ?? 0)),
  );
}

/** What one way came to: `noticed` alone, where a thread may run on behind its death. */
function answer(death) {
  if (death === undefined || !death.noticed) return 'no';
  if (death.recovered === undefined)
    return death.state === 'computes' ? 'yes, but it may run on' : 'yes';
  return death.recovered ? 'yes' : 'no';
}

function deathRow(deaths) {
  return ['watch', 'probe', 'bury'].flatMap((told) =>
    ['idles', 'computes'].map((state) =>
      answer(deaths.find((death) => death.told === told && death.state === state)),
    ),
  );
}

/** Each kind of threads of each runtime; runtimes that say the same share a row. */
function deathRows(runtimes) {
  const rows = new Map();
  for (const { runtime, deaths } of runtimes) {
    for (const threads of new Set(deaths.map((death) => death.threads))) {
      const cells = deathRow(deaths.filter((death) => death.threads === threads));
      const key = [threads, ...cells].join('|');
      const found = rows.get(key) ?? { names: [], threads, cells };
      found.names.push(runtime);
      rows.set(key, found);
    }
  }
  return [...rows.values()].map(({ names, threads, cells }) => [
    `${names.join(', ')}: ${threads === 'Web Worker' ? 'Web Workers' : `\`${threads}\``}`,
    ...cells,
  ]);
}

/** The text between the README's marks. */
export function tables({ platform, runtimes }) {
  const ran = runtimes.map((each) => {
    const { runtime, version, programs } = each;
    const notTried = counted(each, 'notTried');
    return [
      runtime,
      version,
      `${counted(each, 'held')}${notTried > 0 ? `, ${notTried} not tried` : ''}`,
      programs === undefined ? 'does not apply' : `${programs.ran - programs.failed}`,
    ];
  });
  const head = ['Runtime', 'Version', 'Contracts that hold', 'Programs of READMEs'];
  const ways = ['watch', 'probe', 'bury'].flatMap((told) => [
    `\`${told}\`, idle`,
    `\`${told}\`, computing`,
  ]);
  return `${table(head, ran)}
A worker is terminated; the arena learns of it by:

${table(['Workers', ...ways], deathRows(runtimes))}
All of it ran on ${platform}.
`;
}

/** What ran: `runtimes.json`, and `browsers.json` behind it. */
export function readResults() {
  const files = ['runtimes.json', 'browsers.json'].map((name) => join(RESULTS, name));
  const [first, ...rest] = files
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')));
  return { ...first, runtimes: [first, ...rest].flatMap(({ runtimes }) => runtimes) };
}

/** The README with these tables. */
export function placed(readme, text) {
  if (!PLACE.test(readme)) throw new Error('README.md has no place for the tables of runtimes');
  return readme.replace(PLACE, (_, begin, end) => `${begin}\n${text}\n${end}`);
}

/** Whether the README says what ran. */
export function isFresh() {
  const readme = readFileSync(README, 'utf8');
  return placed(readme, tables(readResults())) === readme;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--write')) {
    writeFileSync(README, placed(readFileSync(README, 'utf8'), tables(readResults())));
  } else if (!isFresh()) {
    console.error('README.md: the tables of runtimes are stale: node tools/runtimes.mjs --write');
    process.exitCode = 1;
  }
}
