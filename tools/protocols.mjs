// Keeps the protocol numbers honest. What two packages share in memory is not only a layout but
// also an order of steps, so a component's number stands for its kernel code: when the code
// changes, either the number rises, or somebody writes down why old and new still work together.
//
//   node tools/protocols.mjs --check                    what `npm test` runs
//   node tools/protocols.mjs --accept NAME --why "..."  the change is compatible, and this is why
//   node tools/protocols.mjs --bump NAME                it is not: raises the number
//   node tools/protocols.mjs --first NAME               seals a component that was never released
//
// packages/*/protocol.json, with paths from the package:
//
//   { "components": [{
//       "name": "arena",                         for the commands above; unique in the repository
//       "number": 1,
//       "constant": "ARENA_PROTOCOL",            `export const ARENA_PROTOCOL: u32 = 1;`, which
//                                                the kernel exports: the host has no copy of it
//       "in": "assembly/layout.ts",
//       "files": ["assembly/heap.ts", ...],      or ["assembly/"]: all but those in "outside"
//       "hash": "...",                           of the code that `number` was given to
//       "compatible": [{ "hash": "...", "why": "..." }]
//     }],
//     "outside": ["assembly/env.ts"] }
//
// The hash is taken over the tokens of the files: comments, white space, quotes and trailing commas
// do not count.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');
const FILE = 'protocol.json';

/** A source's tokens, one a line, without what a formatter may change. */
export function normalise(source) {
  const tokens = [];
  const scanner = ts.createScanner(
    ts.ScriptTarget.Latest,
    true,
    ts.LanguageVariant.Standard,
    source,
  );
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (/^[)\]}]$/.test(scanner.getTokenText()) && tokens.at(-1) === ',') tokens.pop();
    const text = kind === ts.SyntaxKind.StringLiteral;
    tokens.push(text ? JSON.stringify(scanner.getTokenValue()) : scanner.getTokenText());
  }
  return tokens.join('\n');
}

/** A component's files; a name that ends in `/` stands for what lies below and is not outside. */
function filesOf(dir, component, outside) {
  const files = component.files.flatMap((name) => {
    if (!name.endsWith('/')) return [name];
    return kernelFiles(dir).filter((file) => file.startsWith(name) && !outside.includes(file));
  });
  return [...new Set(files)].sort();
}

/** The hash of files in the order of their names. */
function hashOf(dir, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\n${normalise(readFileSync(join(dir, file), 'utf8'))}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** What is wrong with the protocols of one package: messages that say what to do. */
export function check(dir) {
  const { components, outside = [] } = read(dir);
  const problems = components.flatMap((component) => checkComponent(dir, component, outside));
  const known = new Set([...outside, ...components.flatMap((one) => filesOf(dir, one, outside))]);
  for (const file of kernelFiles(dir)) {
    if (known.has(file)) continue;
    problems.push(`${file} belongs to no component: add it to "files" or "outside" in ${FILE}`);
  }
  return problems;
}

function checkComponent(dir, component, outside) {
  const { name, number, constant, hash, compatible = [] } = component;
  const files = filesOf(dir, component, outside);
  const missing = files.filter((file) => !existsSync(join(dir, file)));
  if (missing.length > 0) return [`${name}: there is no ${missing.join(', ')}; correct ${FILE}`];
  const problems = [];
  const found = numberInSource(dir, component);
  if (found !== number) {
    problems.push(`${name}: ${constant} in ${component.in} is ${found}, ${FILE} says ${number}`);
  }
  const now = hashOf(dir, files);
  if (now !== hash && !compatible.some((line) => line.hash === now)) {
    problems.push(
      `${name}: the kernel code changed (${hash ?? 'no hash'} is now ${now}).\n` +
        '  If a thread with the old code and one with the new can share an arena, say why:\n' +
        `    node tools/protocols.mjs --accept ${name} --why "..."\n` +
        '  If they cannot, or you are not sure, raise the number:\n' +
        `    node tools/protocols.mjs --bump ${name}\n` +
        '  If no version was ever released:\n' +
        `    node tools/protocols.mjs --first ${name}`,
    );
  }
  for (const line of compatible) {
    if (!line.why?.trim()) problems.push(`${name}: ${line.hash} is accepted without a reason`);
  }
  return problems;
}

/** Changes one component's record; returns what was done. */
export function change(dir, name, command, why) {
  const record = read(dir);
  const component = record.components.find((one) => one.name === name);
  const hash = () => hashOf(dir, filesOf(dir, component, record.outside ?? []));
  if (command === 'accept') {
    if (!why?.trim()) throw new Error('--accept needs --why "..."');
    component.compatible = [...(component.compatible ?? []), { hash: hash(), why }];
  } else if (command === 'bump') {
    component.number += 1;
    writeNumber(dir, component);
    component.hash = hash();
    component.compatible = [];
  } else {
    const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    if (version !== '0.0.0') throw new Error(`${name}: ${version} is released; --accept or --bump`);
    component.hash = hash();
    component.compatible = [];
  }
  writeFileSync(join(dir, FILE), `${JSON.stringify(record, null, 2)}\n`);
  return `${name}: number ${component.number}, ${command}`;
}

function read(dir) {
  return JSON.parse(readFileSync(join(dir, FILE), 'utf8'));
}

function kernelFiles(dir) {
  const names = readdirSync(join(dir, 'assembly'), { recursive: true });
  const paths = names.map((name) => `assembly/${name.replaceAll('\\', '/')}`);
  return paths.filter((path) => path.endsWith('.ts')).sort();
}

function declaration(constant) {
  return new RegExp(`(export const ${constant}(?:: \\w+)? = )(\\d+);`);
}

function numberInSource(dir, component) {
  const source = readFileSync(join(dir, component.in), 'utf8');
  const match = declaration(component.constant).exec(source);
  return match === null ? undefined : Number(match[2]);
}

function writeNumber(dir, component) {
  const path = join(dir, component.in);
  const source = readFileSync(path, 'utf8');
  if (!declaration(component.constant).test(source)) {
    throw new Error(
      `${component.name}: no \`export const ${component.constant} = ...\` in ${path}`,
    );
  }
  const next = source.replace(declaration(component.constant), `$1${component.number};`);
  writeFileSync(path, next);
}

/** The packages that have a kernel. */
function packages() {
  const dirs = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name));
  return dirs.filter((dir) => existsSync(join(dir, 'assembly/index.ts')));
}

function main(args) {
  const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  for (const command of ['accept', 'bump', 'first']) {
    const name = option(`--${command}`);
    if (name === undefined) continue;
    const holds = (dir) => read(dir).components.some((one) => one.name === name);
    const dir = packages().find((one) => existsSync(join(one, FILE)) && holds(one));
    if (dir === undefined) throw new Error(`no ${FILE} has a component ${name}`);
    console.log(change(dir, name, command, option('--why')));
    return;
  }
  if (!args.includes('--check')) throw new Error('usage: see the head of tools/protocols.mjs');
  const problems = packages().flatMap((dir) =>
    existsSync(join(dir, FILE)) ? check(dir) : [`${dir} has a kernel but no ${FILE}`],
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  console.log('every protocol number agrees with its kernel code');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
