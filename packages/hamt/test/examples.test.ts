// The examples of the contracts and README.md do what the comments behind them say.

import { runContract, runExamples } from '@x/testkit/node';
import { Cache } from '../src/cache.ts';
import { Hamt } from '../src/index.ts';

await runExamples(new URL('../', import.meta.url), { Hamt }, [29, 4]);
await runContract(new URL('../src/cache/api.ts', import.meta.url), { Cache }, 21);
