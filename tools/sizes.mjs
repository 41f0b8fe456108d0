// What an app pays for one structure in an arena: minified by esbuild and compressed by gzip.
//
//   node tools/sizes.mjs    prints each app's size and budget, and its modules (`pnpm sizes`)
//
// The sizes are those of the built packages; the modules' are minified and not compressed, from the
// sources. tools/sizes.test.mjs refuses an app that is over its budget.

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { kernels } from './tsup-library.mjs';

const PACKAGES = resolve(import.meta.dirname, '../packages');
const MODULES_SHOWN = 40;

/** What each app may weigh, in bytes: its size when last looked at, to the next 500. */
export const BUDGETS = [
  { name: 'Masstree', from: '@x/masstree', bytes: 64000 },
  { name: 'Hamt', from: '@x/hamt', bytes: 64500 },
  { name: 'Cache', from: '@x/hamt/cache', bytes: 64500 },
  { name: 'SkipList', from: '@x/skiplist', bytes: 60000 },
  { name: 'AvlBatch', from: '@x/avl-batch', bytes: 58500 },
  { name: 'EpochDomain', from: '@x/reclaim-epoch', bytes: 38500 },
  { name: 'HazardDomain', from: '@x/reclaim-hazard', bytes: 39500 },
];

/**
 * The app that makes one structure.
 *
 * @param {{ name: string, from: string }} app
 * @param {'dist' | 'src'} of what its packages are taken from
 * @returns the bytes: minified, compressed, and of each module minified
 */
export async function measure({ name, from }, of = 'dist') {
  const contents = `import { Arena } from '@x/shm-arena';
    import { ${name} } from '${from}';
    ${name}.create(Arena.create({ bytes: 2 ** 20 }), {});`;
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: PACKAGES },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral' },
    ...{ write: false, metafile: true, absWorkingDir: PACKAGES, plugins: [kernels, packages(of)] },
  });
  const [{ contents: code }] = outputFiles;
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput]);
  return {
    min: code.length,
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
    modules: Object.fromEntries(modules),
  };
}

/** Finds the packages' entries as they are built, or their sources. */
function packages(of) {
  return {
    name: 'packages',
    setup(build) {
      build.onResolve({ filter: /^@x\// }, ({ path }) => {
        const [, name, entry = 'index'] = path.split('/');
        return { path: join(PACKAGES, name, of, `${entry}.${of === 'dist' ? 'js' : 'ts'}`) };
      });
    },
  };
}

async function main() {
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(6);
  for (const app of BUDGETS) {
    const { min, gzip, brotli } = await measure(app);
    console.log(
      `${app.name.padEnd(14)}${kilobytes(gzip)} KB, budget${kilobytes(app.bytes)}` +
        ` (minified${kilobytes(min)}, brotli${kilobytes(brotli)})`,
    );
  }
  const apps = [];
  for (const app of BUDGETS) apps.push((await measure(app, 'src')).modules);
  const files = [...new Set(apps.flatMap(Object.keys))];
  const most = (file) => Math.max(...apps.map((modules) => modules[file] ?? 0));
  files.sort((a, b) => most(b) - most(a));
  console.log(`\n${BUDGETS.map(({ name }) => name.padStart(13)).join('')}  minified KB`);
  for (const file of files.slice(0, MODULES_SHOWN)) {
    const row = apps.map((modules) => kilobytes(modules[file] ?? 0).padStart(13));
    console.log(`${row.join('')}  ${file}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
