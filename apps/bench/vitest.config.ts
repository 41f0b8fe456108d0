import { mergeConfig } from 'vitest/config';
import { unitTests } from '../../tools/vitest-package.mjs';

export default mergeConfig(unitTests(), {
  test: { maxConcurrency: 2 },
});
