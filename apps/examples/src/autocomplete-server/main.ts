// Starts the autocomplete server and prints its address. Ctrl+C ends it.
//
//   node src/autocomplete-server/main.ts [--workers N] [--port N] [--records N] [--index own]
//
// The load script forks it: then the address goes to its parent, and what the parent asks for, and
// it ends with its parent.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { atLeast } from '../arguments.ts';
import { AutocompleteServer } from './server.ts';

/** What the load script asks. */
export type Question = 'memory' | 'processor';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    port: { type: 'string', default: '8080' },
    records: { type: 'string' },
    index: { type: 'string', default: 'shared' },
  },
});
const { index } = values;
if (index !== 'shared' && index !== 'own') throw new TypeError(`there is no index ${index}`);
const server = await AutocompleteServer.start({
  index,
  workers: atLeast(1, values.workers),
  port: atLeast(0, values.port),
  records: values.records === undefined ? Infinity : atLeast(1, values.records),
});

if (process.send === undefined) {
  console.log(`${server.origin}/complete?q=san`);
  process.once('SIGINT', () => server.close());
} else {
  process.on('message', async (what: Question) => {
    if (what === 'memory') process.send?.(await server.memory());
    else process.send?.(process.cpuUsage());
  });
  process.once('disconnect', () => server.close());
  process.send(server.origin);
}
