// Dead exports: names that a module exports, and that no other file imports and no entry exports
// again. Tests count as users; so does all of a module for who takes it whole (`import * as`,
// `import()`, `export *`).
//
// Entries are what a package's tsup.config.ts names in src/, the kernels' assembly/index.ts, and
// that of the kit for tests, which is not built.
// Part of tools/tidy.mjs.

import { posix } from 'node:path';
import ts from 'typescript';

const CHECKED = /^(packages\/[^/]+\/(assembly|src)|apps\/[^/]+\/src|apps\/verify\/structures)\//;
const UNBUILT_ENTRY = /(^|\/)assembly\/index\.ts$|^packages\/testkit\/src\/(index|costs)\.ts$/;
const NUMBERS = /^(packages\/[^/]+)\/build\/numbers(?:-gated)?\/(arena\/)?(.*)$/;
const ALL = '*';

/**
 * The dead exports, as messages with the line.
 *
 * @param {Record<string, string>} files all sources by their path in the repository
 */
export function deadExports(files) {
  const entries = entriesOf(files);
  const used = new Set();
  const found = [];
  for (const [path, source] of Object.entries(files)) {
    const module = read(path, source);
    for (const { name, from } of module.taken) used.add(`${from}#${name}`);
    if (CHECKED.test(path) && !entries.has(path) && !UNBUILT_ENTRY.test(path)) found.push(module);
  }
  return found.flatMap(({ path, given }) =>
    given
      .filter(({ name }) => !used.has(`${path}#${name}`) && !used.has(`${path}#${ALL}`))
      .map(({ name, line }) => `${path}:${line}: nobody imports ${name}`),
  );
}

/** The sources of the packages' entry points. */
function entriesOf(files) {
  const entries = new Set();
  for (const [path, source] of Object.entries(files)) {
    if (!/^packages\/[^/]+\/tsup\.config\.ts$/.test(path)) continue;
    for (const [name] of source.matchAll(/\bsrc\/[\w/]+\.ts\b/g)) {
      entries.add(posix.join(posix.dirname(path), name));
    }
  }
  return entries;
}

/** What a source gives, { name, line }, and what it takes of others, { name, from }. */
function read(path, source) {
  const tree = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const given = [];
  const taken = [];
  const give = (name) => {
    const { line } = tree.getLineAndCharacterOfPosition(name.getStart(tree));
    given.push({ name: name.text, line: line + 1 });
  };
  const take = (name, specifier) => {
    const from = target(path, specifier.text);
    if (from !== null) taken.push({ name, from });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) takeImport(node, take);
    else if (ts.isExportDeclaration(node)) passOn(node, give, take);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (ts.isStringLiteralLike(node.arguments[0])) take(ALL, node.arguments[0]);
    } else if (ts.isImportTypeNode(node)) take(ALL, node.argument.literal);
    else if (isExported(node)) for (const name of namesOf(node)) give(name);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, given, taken };
}

function takeImport(node, take) {
  const { moduleSpecifier, importClause } = node;
  if (importClause?.name !== undefined) take('default', moduleSpecifier);
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) take(ALL, moduleSpecifier);
  else
    for (const one of bindings.elements) take((one.propertyName ?? one.name).text, moduleSpecifier);
}

/** `export { a }`, `export { a } from`, `export * from`. */
function passOn({ moduleSpecifier, exportClause }, give, take) {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
    take(ALL, moduleSpecifier);
    return;
  }
  for (const one of exportClause.elements) {
    give(one.name);
    if (moduleSpecifier !== undefined) take((one.propertyName ?? one.name).text, moduleSpecifier);
  }
}

/** Whether a declaration is exported by its name. */
function isExported(node) {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const has = (modifier) => modifiers.some(({ kind }) => kind === modifier);
  return has(ts.SyntaxKind.ExportKeyword) && !has(ts.SyntaxKind.DefaultKeyword);
}

function namesOf(node) {
  if (!ts.isVariableStatement(node)) return node.name === undefined ? [] : [node.name];
  return node.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name] : name.elements.map((element) => element.name),
  );
}

/** Numbers of a kernel (numbers.mjs) are its constants. */
function sourceOf(path) {
  const [, dir, arena, file] = NUMBERS.exec(path) ?? [];
  if (file === undefined) return path;
  return `${arena === undefined ? dir : 'packages/shm-arena'}/assembly/${file}`;
}

/** The file that `path` names as `name`, whether it is there or not; null: another package's. */
function target(path, name) {
  const kernel = /^@x\/([\w-]+)\/(assembly\/.*)$/.exec(name);
  if (kernel === null && !name.startsWith('.')) return null;
  const to =
    kernel === null ? posix.join(posix.dirname(path), name) : `packages/${kernel[1]}/${kernel[2]}`;
  return sourceOf(/\.(ts|mts|mjs|js)$/.test(to) ? to : `${to}.ts`);
}
