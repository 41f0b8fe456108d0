// The contracts as a browser, Deno or Bun runs them.

import { contracts, freeContract } from '@x/testkit/node';

contracts('maps', [freeContract(new URL('./subject.ts', import.meta.url))]);
