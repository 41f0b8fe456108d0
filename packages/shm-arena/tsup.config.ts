import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { defineConfig } from 'tsup';
import { kernelLast, library } from '../../tools/tsup-library.mjs';

/**
 * What arenas and structures need is one file, the structures' entry point. The others take what
 * they need of it from there: with modules shared one by one it would be cut into more files, and a
 * worker that attaches waits for each.
 *
 * All are built at once: what one cleans may be what the other has written. So it is done here.
 */
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });

const shared = ['src/structure.ts'];

/** The modules below `src` that only maps need. */
const MAP = /^(map\/|values\/(codecs|columns|json|ports)\.ts)/;
/** Constants of kernels: each file has those that it needs. */
const NUMBERS = /^\.\.\/build\/numbers\//;

/** The other entry points: which modules below `src` each has, and what it is built on. */
const above: Record<string, { own: RegExp; maps: boolean }> = {
  'src/index.ts': { own: /^$/, maps: false },
  'src/domain.ts': { own: /^reclaim\//, maps: false },
  'src/map.ts': { own: MAP, maps: false },
  'src/ordered.ts': { own: /^ordered\//, maps: true },
  'src/codec.ts': { own: /^$/, maps: true },
};

/** What is needed here of esbuild's interface. */
interface Build {
  onResolve(
    options: { filter: RegExp },
    resolve: (from: { kind: string; path: string; resolveDir: string }) => object | undefined,
  ): void;
}

function builtOn(own: RegExp, maps: boolean) {
  return {
    name: 'built on',
    setup(build: Build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const file = relative(resolve('src'), resolve(resolveDir, path)).replaceAll('\\', '/');
        if (kind === 'entry-point' || own.test(file) || NUMBERS.test(file)) return undefined;
        return { path: maps && MAP.test(file) ? './map.js' : './structure.js', external: true };
      });
    },
  };
}

const { dts } = library(shared);
const separate = Object.entries(above).map(([entry, { own, maps }]) => ({
  ...library([entry]),
  clean: false,
  dts: false,
  esbuildPlugins: [builtOn(own, maps)],
}));

export default defineConfig([
  {
    ...library(shared),
    clean: false,
    dts: { ...(dts as object), entry: [...shared, ...Object.keys(above)] },
    plugins: [{ name: 'kernel last', renderChunk: (code) => ({ code: kernelLast(code) }) }],
  },
  ...separate,
]);
