// Starts the page server and prints its address. Ctrl+C ends it.
//
//   node src/cache-server/main.ts [--workers N] [--port N] [--records N] [--bytes N] [--ttl MS]
//                                 [--cache shared | parts | wholes]

import { parseArgs } from 'node:util';
import { atLeast } from '../arguments.ts';
import { serve, serverOptions } from '../http/main.ts';
import { KINDS, PageServer } from './server.ts';

const { values } = parseArgs({
  options: {
    ...serverOptions,
    cache: { type: 'string', default: 'shared' },
    bytes: { type: 'string', default: String(2 ** 23) },
    ttl: { type: 'string', default: '60000' },
  },
});
const cache = KINDS.find((kind) => kind === values.cache);
if (cache === undefined) throw new TypeError(`there is no cache ${values.cache}`);
const server = await PageServer.start({
  cache,
  workers: atLeast(1, values.workers),
  port: atLeast(0, values.port),
  records: values.records === undefined ? Infinity : atLeast(1, values.records),
  bytes: atLeast(2 ** 16, values.bytes),
  ttl: atLeast(1, values.ttl),
});
serve(server, '/place/1', { counts: () => server.counts() });
