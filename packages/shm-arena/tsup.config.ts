import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup-library.mjs';

/**
 * What an arena needs is one file, which the entry points of arenas and of structures share. The
 * others take what they need of it from the structures' entry point: with modules shared one by
 * one it would be cut into more files, and a worker that attaches waits for each.
 *
 * All are built at once: what one cleans may be what the other has written. So it is done here.
 */
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });

const shared = ['src/index.ts', 'src/structure.ts'];

/** The other entry points, and which modules below `src` each has; the rest is another's. */
const above: Record<string, { own: RegExp; rest: string }> = {
  'src/domain.ts': { own: /^(reclaim\/|\.\.\/build\/numbers\/reclaim\/)/, rest: './structure.js' },
  'src/ordered.ts': {
    own: /^(map\/|ordered\/|\.\.\/build\/numbers\/map\/|values\/(codecs|json|ports)\.ts)/,
    rest: './structure.js',
  },
  'src/codec.ts': { own: /^$/, rest: './ordered.js' },
};

/** What is needed here of esbuild's interface. */
interface Build {
  onResolve(
    options: { filter: RegExp },
    resolve: (from: { kind: string; path: string; resolveDir: string }) => object | undefined,
  ): void;
}

function builtOn(own: RegExp, rest: string) {
  return {
    name: 'built on',
    setup(build: Build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const file = relative(resolve('src'), resolve(resolveDir, path)).replaceAll('\\', '/');
        if (kind === 'entry-point' || own.test(file)) return undefined;
        return { path: rest, external: true };
      });
    },
  };
}

const separate = Object.entries(above).map(([entry, { own, rest }]) => ({
  ...library([entry]),
  clean: false,
  dts: false,
  esbuildPlugins: [builtOn(own, rest)],
}));

/** Everything of the others. */
const internal = {
  ...library(['src/internal.ts']),
  clean: false,
  dts: false,
  esbuildPlugins: [
    {
      name: 'all',
      setup(build: Build) {
        build.onResolve({ filter: /^\./ }, ({ kind, path }) => {
          if (kind === 'entry-point') return undefined;
          return { path: path.replace('.ts', '.js'), external: true };
        });
      },
    },
  ],
};

const typed = [...shared, ...Object.keys(above), 'src/internal.ts'];

export default defineConfig([
  { ...library(shared), clean: false, dts: { entry: typed } },
  ...separate,
  internal,
]);
