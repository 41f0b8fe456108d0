// Starts the autocomplete server and prints its address. Ctrl+C ends it.
//
//   node src/autocomplete-server/main.ts [--workers N] [--port N] [--records N] [--index own]

import { parseArgs } from 'node:util';
import { atLeast } from '../arguments.ts';
import { serve, serverOptions } from '../http/main.ts';
import { startServer } from './server.ts';

const { values } = parseArgs({
  options: { ...serverOptions, index: { type: 'string', default: 'shared' } },
});
const { index } = values;
if (index !== 'shared' && index !== 'own') throw new TypeError(`there is no index ${index}`);
const server = await startServer({
  index,
  workers: atLeast(1, values.workers),
  port: atLeast(0, values.port),
  records: values.records === undefined ? Infinity : atLeast(1, values.records),
});
serve(server, '/complete?q=san');
