// The rules of docs/STYLE.md that a machine can check and the linter does not know.
//
//   node tools/tidy.mjs    prints what breaks a rule; part of `npm test` through tidy.test.mjs

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { deadExports } from './exports.mjs';
import { prefixProblems } from './prefixes.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const CODE = /\.(ts|mts|mjs|cjs|js)$/;
const KERNEL = /^packages\/[^/]+\/assembly\//;
const SOURCE = /^packages\/[^/]+\/src\/(?!ground\/errors\.ts$)/;
const TEST = /(^|\/)test\/|\.test\.\w+$/;
const DOOR = 'packages/shm-arena/assembly/ground/atomic.ts';

const FILE_LINES_MAX = 900;
const FUNCTION_LINES_MAX = 70;
const LINE_COLUMNS_MAX = 100;

// Put together so that this file does not break its own rule.
const UNFINISHED = new RegExp(`\\b(${'TO'}DO|${'FIX'}ME|${'X'}XX)\\b`);
const FOCUSED = /\b(it|test|describe)\.(only|skip|todo)\b/;
const UNCODED = /\bnew (\w*[a-z])?Error\(/;
const DIRECT = /\b(atomic\.\w+|load<|store<|memory\.(copy|fill|grow))/;

/** What breaks a rule in one file: messages with the line. */
export function inspect(path, source) {
  const problems = [];
  const say = (line, text) => problems.push(`${path}:${line}: ${text}`);
  const lines = source.split('\n');
  if (lines.length > FILE_LINES_MAX) say(1, `${lines.length} lines, at most ${FILE_LINES_MAX}`);
  for (const [i, line] of lines.entries()) {
    const columns = [...line].length;
    if (columns > LINE_COLUMNS_MAX) say(i + 1, `${columns} columns, at most ${LINE_COLUMNS_MAX}`);
    if (UNFINISHED.test(line)) say(i + 1, 'unfinished work is an issue, not a comment');
    if (FOCUSED.test(line)) say(i + 1, 'every test runs: no only, skip or todo');
  }
  const tree = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  if (!TEST.test(path)) inspectFunctions(tree, say);
  if (KERNEL.test(path)) inspectKernel(path, tree, say);
  if (SOURCE.test(path)) inspectErrors(source, say);
  return problems;
}

function lineOf(tree, position) {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}

function inspectFunctions(tree, say) {
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      const first = lineOf(tree, node.getStart(tree));
      const length = lineOf(tree, node.end) - first + 1;
      if (length > FUNCTION_LINES_MAX) {
        say(first, `a function of ${length} lines, at most ${FUNCTION_LINES_MAX}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
}

function inspectKernel(path, tree, say) {
  for (const [i, line] of withoutComments(tree.text).split('\n').entries()) {
    if (line.includes('atomic.fence')) say(i + 1, 'atomic.fence is banned');
    const direct = path === DOOR ? null : DIRECT.exec(line);
    if (direct !== null) say(i + 1, `${direct[0]} goes through assembly/ground/atomic`);
    if (/^\s*@\w/.test(line)) say(i + 1, 'no decorators: other tools cannot parse them');
  }
}

function inspectErrors(source, say) {
  for (const [i, line] of withoutComments(source).split('\n').entries()) {
    const found = UNCODED.exec(line);
    if (found === null || found[1] === 'Shm') continue;
    say(i + 1, `${found[0]}…) has no code: typeError, rangeError or ShmError`);
  }
}

/** The source with its comments blanked; lines stay where they are. */
function withoutComments(source) {
  const scanner = ts.createScanner(
    ts.ScriptTarget.Latest,
    false,
    ts.LanguageVariant.Standard,
    source,
  );
  let text = '';
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const comment =
      kind === ts.SyntaxKind.SingleLineCommentTrivia ||
      kind === ts.SyntaxKind.MultiLineCommentTrivia;
    text += comment ? scanner.getTokenText().replaceAll(/[^\n]/g, ' ') : scanner.getTokenText();
  }
  return text;
}

/** What names this machine or a place to download from in a file that everybody gets. */
export function inspectText(path, text) {
  const problems = [];
  if (/(^|[\s"'=(])\/(work|home|Users)\/\w/m.test(text)) problems.push(`${path}: a machine's path`);
  if (path.endsWith('pnpm-lock.yaml') && /tarball:|\bregistry/.test(text)) {
    problems.push(`${path}: names a registry; install with the default settings`);
  }
  return problems;
}

/** Every file of the repository that git does not ignore. */
function files() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const names = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return [...new Set(names)].filter((name) => name !== '' && existsSync(join(ROOT, name)));
}

/** What breaks a rule in the whole repository. */
export function inspectAll() {
  const texts = files().map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
  const sources = texts.filter(([path]) => CODE.test(path));
  return [
    ...texts.flatMap(([path, text]) => inspectText(path, text)),
    ...sources.flatMap(([path, source]) => inspect(path, source)),
    ...deadExports(Object.fromEntries(sources)),
    ...prefixProblems(Object.fromEntries(texts)),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = inspectAll();
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
