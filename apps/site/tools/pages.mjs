// Makes the pages that are not written here: the reference, by typedoc, and the project's own
// documents, whose links are turned into the site's.
//
//   node tools/pages.mjs    after a build of the packages

import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chartPage } from './charts.mjs';
import { DRAWINGS } from './drawings.mjs';

const SITE = resolve(import.meta.dirname, '..');
const ROOT = resolve(SITE, '../..');
const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const SOURCES = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;

/** Documents that the site shows, and where. */
const DOCUMENTS = ['docs/*.md', 'docs/adr/*.md', 'packages/*/README.md', 'apps/*/README.md'];
const PRIVATE = ['packages/testkit/README.md', 'packages/sorted-array/README.md'];

/** The site's page of a document: `docs/adr/0001-x.md` is `project/adr/0001-x.md`. */
export function pageOf(document) {
  const [top, name] = document.split('/');
  if (top === 'docs') return `project/${document.slice('docs/'.length)}`;
  return top === 'packages' ? `project/packages/${name}.md` : `project/apps/${name}.md`;
}

/** The file of the project that a document's link names; undefined: it leads elsewhere. */
function fileOf(document, path) {
  if (path.startsWith(SOURCES)) return path.slice(SOURCES.length);
  if (/^[a-z]+:/.test(path)) return undefined;
  return posix.normalize(posix.join(posix.dirname(document), path));
}

/**
 * A document with the links of its page: to another page where there is one, else to the sources.
 * `pages` are the site's pages by document. Code is left alone.
 */
export function linked(text, document, pages) {
  const page = pages.get(document);
  const link = (target) => {
    const [path, anchor] = target.split('#');
    const found = fileOf(document, path);
    if (found === undefined || path === '') return target;
    const known = pages.get(found) ?? pages.get(`${found}/README.md`);
    const hash = anchor === undefined ? '' : `#${anchor}`;
    if (known === undefined) return `${SOURCES}${found}${hash}`;
    const way = posix.relative(posix.dirname(page), known);
    return `${way.startsWith('.') ? way : `./${way}`}${hash}`;
  };
  const parts = text.split(/(^```[\s\S]*?^```$|`[^`\n]+`)/m);
  const changed = parts.map((part, at) =>
    at % 2 === 1 ? part : part.replace(/\]\(([^()\s]+)\)/g, (_, target) => `](${link(target)})`),
  );
  return changed.join('');
}

/** Numbers in the rows of tables stay on one line. */
export function unbroken(text) {
  return text.replace(/^\|.*$/gm, (row) => row.replace(/(?<=\d) (?=\d{3}\b)/g, '\u00a0'));
}

function writeDocuments() {
  const documents = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !PRIVATE.includes(path) && !path.startsWith('apps/site/'));
  const pages = new Map(documents.map((document) => [document, pageOf(document)]));
  for (const [document, page] of pages) {
    const images = new Set();
    const text = readFileSync(join(ROOT, document), 'utf8');
    const shown = unbroken(linked(text, document, pages)).replace(
      /!\[([^\]]*)\]\(([^()\s]+\.svg)\)/g,
      (_, title, path) => {
        const name = posix.basename(path);
        images.add([fileOf(document, path), name]);
        return `![${title}](./${name})`;
      },
    );
    const file = join(SITE, page);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, shown);
    for (const [from, name] of images) {
      writeFileSync(join(dirname(file), name), readFileSync(join(ROOT, from)));
    }
  }
  return pages.size;
}

/** The packages that have a kernel, as the site orders them, and what each is. */
const KERNELS = {
  masstree: 'a trie of B+trees',
  hamt: 'slots over immutable tries',
  skiplist: 'a skip list of versions',
  'avl-batch': 'a tree of immutable nodes, built in batches',
  'reclaim-epoch': 'intervals and epochs',
  'reclaim-hazard': 'hazard pointers and eras',
  'shm-arena': 'memory, threads, deaths',
};

/** The comment that a kernel file begins with: its picture, layout, invariants, steps. */
export function headOf(source) {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')
    .trim();
}

/** What a package's structures look like, drawn from the memory of small ones. */
function figuresOf(name) {
  const figures = Object.values(DRAWINGS[name] ?? {}).map((draw) => `<figure>${draw()}</figure>\n`);
  if (figures.length === 0) return [];
  const says = 'Drawn from the memory of small live structures, when this page was made:\n';
  return [says, ...figures];
}

/** A page for each kernel: the heads of its files, which say how it works. */
function writeKernels() {
  mkdirSync(join(SITE, 'project/kernels'), { recursive: true });
  for (const [name, what] of Object.entries(KERNELS)) {
    const folder = `packages/${name}/assembly`;
    const files = globSync('**/*.ts', { cwd: join(ROOT, folder) }).sort();
    const parts = [
      '---\npageClass: kernel\n---\n',
      `# How @x/${name} works: ${what}\n`,
      `[What it is for, and what it promises](../packages/${name}.md). Each file of the kernel`,
      'begins with its algorithm: the layout in memory, the invariants, the steps, and what a',
      'death after each of them leaves. These are those heads, as they stand in the sources.\n',
      ...figuresOf(name),
    ];
    for (const file of files.map((path) => path.replaceAll('\\', '/'))) {
      const head = headOf(readFileSync(join(ROOT, folder, file), 'utf8'));
      if (head === '') continue;
      parts.push(`## [${file}](${SOURCES}${folder}/${file})\n`, '```text', head, '```\n');
    }
    writeFileSync(join(SITE, `project/kernels/${name}.md`), parts.join('\n'));
  }
}

function writeReference() {
  const plugins = ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'];
  const options = {
    ...JSON.parse(readFileSync(join(ROOT, 'typedoc.json'), 'utf8')),
    plugin: plugins.map((name) => import.meta.resolve(name)),
    out: join(SITE, 'reference'),
    docsRoot: SITE,
    readme: 'none',
    sourceLinkTemplate: `${SOURCES}{path}#L{line}`,
    treatWarningsAsErrors: true,
  };
  options.packageOptions = { ...options.packageOptions, readme: 'none' };
  const file = join(ROOT, 'build/typedoc-site.json');
  mkdirSync(dirname(file), { recursive: true });
  options.entryPoints = options.entryPoints.map((path) => join(ROOT, path));
  writeFileSync(file, JSON.stringify(options));
  const typedoc = join(SITE, 'node_modules/typedoc/bin/typedoc');
  execFileSync(process.execPath, [typedoc, '--options', file], { cwd: ROOT, stdio: 'inherit' });
}

/** The benchmarks as pictures, from the results that are committed. */
async function writeCharts() {
  const bench = join(ROOT, 'apps/bench/src');
  const { SUITES } = await import(pathToFileURL(join(bench, 'suites/index.ts')).href);
  const { readRuns } = await import(pathToFileURL(join(bench, 'results.ts')).href);
  writeFileSync(join(SITE, 'project/charts.md'), chartPage(SUITES, readRuns));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const folder of ['project', 'reference']) {
    rmSync(join(SITE, folder), { recursive: true, force: true });
  }
  console.log(`${writeDocuments()} documents`);
  writeKernels();
  await writeCharts();
  writeReference();
}
