// All tests in one run: a core whose package is done goes on with the next.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*'],
    maxWorkers: '100%',
    reporters: ['default', ['json', { outputFile: 'build/test-report.json' }]],
  },
});
