// The examples of api.ts and README.md do what the comments behind them say.

import { runExamples } from '@x/testkit/node';
import { Hamt } from '../src/index.ts';

await runExamples(new URL('../', import.meta.url), { Hamt }, [29, 3]);
