// Bundles the contracts of each package, with the kit, for the packed packages: they alone stay
// imports. A package's files keep the places that they have in the repository, relative to each
// other, because they find their workers by URL.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(import.meta.dirname, 'src');
const KIT = join(ROOT, 'packages/testkit');
const RECLAIM = join(ROOT, 'packages/shm-arena/test/reclaim');

export const MAPS = ['masstree', 'hamt', 'skiplist', 'avl-batch'];
export const DOMAINS = ['reclaim-epoch', 'reclaim-hazard'];
export const PACKAGES = ['shm-arena', ...MAPS, ...DOMAINS];

/** A package's sources and its build are the installed package. */
const INSIDE = /[\\/]packages[\\/]([\w-]+)[\\/](src[\\/]index\.ts|dist[\\/]index\.js)$/;

const packages = {
  name: 'packages',
  setup({ onResolve }) {
    onResolve({ filter: /\/(src\/index\.ts|dist\/index\.js)$/ }, ({ path, resolveDir }) => {
      const [, name] = INSIDE.exec(resolve(resolveDir, path)) ?? [];
      if (name === undefined || name === 'testkit') return undefined;
      return { path: `@x/${name}`, external: true };
    });
    onResolve({ filter: /^@x\// }, ({ path }) => {
      return path.startsWith('@x/testkit') ? undefined : { path, external: true };
    });
  },
};

/** Writes `entry` and its imports to `outfile`; `alias` puts files in the place of names. */
export async function bundle(entry, outfile, alias = {}, options = {}) {
  const replaced = {
    name: 'replaced',
    setup({ onResolve }) {
      for (const [name, path] of Object.entries(alias)) {
        onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path }));
      }
    },
  };
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'es2022' },
    ...{ platform: 'neutral', mainFields: ['module', 'main'], external: ['node:*'] },
    ...{
      plugins: [replaced, packages],
      logLevel: 'error',
      nodePaths: [join(ROOT, 'node_modules')],
    },
    ...options,
  });
}

/** Names that stand for files of the kit in every bundle. */
const KIT_NAMES = {
  '@x/testkit': join(KIT, 'src/index.ts'),
  '@x/testkit/worker': join(KIT, 'node/worker.ts'),
  vitest: join(SRC, 'vitest.ts'),
  '\\.\\./kit\\.ts': join(SRC, 'kit.ts'),
};

/** What runs in Node, Deno and Bun: `node.mjs` and `web.mjs` of each package, and `deaths.mjs`. */
export async function bundleAll(project) {
  for (const name of PACKAGES) {
    const test = join(project, name, 'test');
    mkdirSync(test, { recursive: true });
    const contracts = { ...KIT_NAMES, '@contracts': join(SRC, 'contracts', `${name}.ts`) };
    for (const kind of ['node', 'web']) {
      if (kind === 'web' && DOMAINS.includes(name)) continue;
      const threads = { ...contracts, '@threads': join(SRC, `${kind}.ts`) };
      await bundle(join(SRC, 'cli.ts'), join(test, `${kind}.mjs`), threads);
    }
    if (DOMAINS.includes(name)) {
      await bundleReclaimJobs(project, name);
    } else {
      await bundle(jobsOf(name), join(test, 'node-jobs.mjs'), KIT_NAMES);
      await bundleWebJobs(name, test);
    }
  }
  // The suite of reclaimers looks into the contract that it tests.
  mkdirSync(join(project, dirname(BLOCKS)), { recursive: true });
  copyFileSync(join(ROOT, 'packages/shm-arena', BLOCKS), join(project, BLOCKS));
  await bundle(join(SRC, 'deaths-cli.ts'), join(project, 'deaths.mjs'), KIT_NAMES);
  await bundle(join(SRC, 'victim.ts'), join(project, 'victim.mjs'), KIT_NAMES);
}

const BLOCKS = 'src/reclaim/blocks.ts';

const jobsOf = (name) =>
  MAPS.includes(name)
    ? join(ROOT, 'packages', name, 'test/workers/jobs.mjs')
    : join(SRC, 'arena-jobs.ts');

/** The suite's threads, which find the package by the place that its build has. */
async function bundleReclaimJobs(project, name, alias = {}) {
  await bundle(join(RECLAIM, 'jobs.mjs'), join(project, name, 'test/jobs.mjs'), alias, {
    external: Object.keys(alias).length === 0 ? ['node:*'] : [],
  });
  mkdirSync(join(project, name, 'dist'), { recursive: true });
  writeFileSync(join(project, name, 'dist/index.js'), `export * from '@x/${name}';\n`);
}

const bundleWebJobs = (name, test) =>
  bundle(jobsOf(name), join(test, 'web-jobs.mjs'), {
    ...KIT_NAMES,
    '@x/testkit/worker': join(SRC, 'web-worker.ts'),
  });

const PORT = { 'node:worker_threads': join(SRC, 'web-port.ts') };

/** What runs in a browser: `page.mjs` of each package, and what pages do by themselves. */
export async function bundlePages(project) {
  const node = join(SRC, 'browser-node.ts');
  const text = readFileSync(join(ROOT, 'packages/shm-arena', BLOCKS), 'utf8');
  const define = { CONTRACT: JSON.stringify(text) };
  for (const name of PACKAGES) {
    const test = join(project, name, 'test');
    mkdirSync(test, { recursive: true });
    const alias = {
      ...{ ...KIT_NAMES, 'node:fs': node, 'node:worker_threads': node },
      '\\.\\./kit\\.ts': join(SRC, 'kit-browser.ts'),
      '@contracts': join(SRC, 'contracts', `${name}.ts`),
      '@threads': join(SRC, 'page-threads.ts'),
    };
    await bundle(join(SRC, 'page.ts'), join(test, 'page.mjs'), alias, { external: [], define });
    if (DOMAINS.includes(name)) await bundleReclaimJobs(project, name, PORT);
    else await bundleWebJobs(name, test);
  }
  const own = [
    'page-deaths',
    'page-single',
    'page-cache',
    'page-maker',
    'page-worker',
    'cache-worker',
    'victim',
  ];
  for (const name of own) {
    await bundle(join(SRC, `${name}.ts`), join(project, `${name}.mjs`), KIT_NAMES);
  }
}
