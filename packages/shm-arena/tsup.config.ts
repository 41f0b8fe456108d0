import { rmSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup-library.mjs';

/**
 * The codecs' entry point takes them from the internal one. With an entry of its own it would share
 * modules with both others, and what an arena needs would be cut into more files: a worker that
 * attaches waits for each.
 *
 * Both are built at once: what one cleans may be what the other has written. So it is done here.
 */
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });

export default defineConfig([
  { ...library(['src/index.ts', 'src/internal.ts']), clean: false },
  {
    ...library(['src/codec.ts']),
    clean: false,
    esbuildPlugins: [
      {
        name: 'codecs',
        setup(build) {
          build.onResolve({ filter: /codecs\.ts$/ }, () => ({
            path: './internal.js',
            external: true,
          }));
        },
      },
    ],
  },
]);
