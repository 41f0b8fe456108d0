import { unitTests } from '../../tools/vitest-package.mjs';

export default unitTests({ isolate: false });
