// The README's tables of runtimes and of how a worker's death becomes known in each, and the table
// of bundlers in compat/bundlers/README.md, from what ran: the results of both.
//
//   node tools/runtimes.mjs [--write]    without --write: whether the texts have them

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const RESULTS = join(ROOT, 'compat/runtimes/results');
const BUNDLERS = join(ROOT, 'compat/bundlers/results/bundlers.json');

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

/** How a builder comes to work, or why it does not. */
const way = (words = '') => (words === 'lives' ? 'yes' : words.replace(/^startBuilder: /, ''));

/** The table of bundlers: what each needs, and what its bundle did. */
export function bundlerTable({ bundlers }) {
  const rows = bundlers.map(({ name, version, program, needs, structures, ...ways }) => [
    ...[`${name} ${version}`, program === 'page' ? 'browser' : 'Node'],
    ...[needs === '' ? 'nothing' : needs, structures === 'ok' ? 'yes' : structures],
    ...[ways.builder, ways.own, ways.inline].map(way),
  ]);
  const builders = ['`worker: true`', 'a worker of its own', '`inlineBuilder`'];
  return table(['Bundler', 'For', 'Needs', 'Two threads, each structure', ...builders], rows);
}

/** A text with these tables in the place that has this name. */
export function placed(text, name, tables) {
  const place = new RegExp(`(<!-- ${name}: tools/runtimes\\.mjs -->\\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`there is no place for the tables of ${name}`);
  return text.replace(place, (_, begin, end) => `${begin}\n${tables}\n${end}`);
}

/** Each text that has tables, and how it should be. */
export function texts() {
  const bundlers = JSON.parse(readFileSync(BUNDLERS, 'utf8'));
  const wanted = [
    ['README.md', 'runtimes', tables(readResults())],
    ['compat/bundlers/README.md', 'bundlers', bundlerTable(bundlers)],
  ];
  return wanted.map(([file, name, text]) => {
    const path = join(ROOT, file);
    const found = readFileSync(path, 'utf8');
    return { file, path, found, fresh: placed(found, name, text) };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { file, path, found, fresh } of texts()) {
    if (found === fresh) continue;
    if (process.argv.includes('--write')) {
      writeFileSync(path, fresh);
    } else {
      console.error(`${file}: its tables are stale: node tools/runtimes.mjs --write`);
      process.exitCode = 1;
    }
  }
}
