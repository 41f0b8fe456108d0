import { mergeConfig } from 'vitest/config';
import { unitTests } from '../../tools/vitest-package.mjs';

export default mergeConfig(unitTests(), {
  test: {
    maxConcurrency: 2,
    // What processes load is compiled once; measured ones do without.
    env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/compile` },
  },
});
