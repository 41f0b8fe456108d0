// All tests in one run: a core whose package is done goes on with the next.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The site has a lockfile and tests of its own.
    projects: ['packages/*', 'apps/*', '!apps/site'],
    maxWorkers: '100%',
    reporters: ['default', ['json', { outputFile: 'build/test-report.json' }]],
  },
});
