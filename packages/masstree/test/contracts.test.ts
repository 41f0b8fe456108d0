// What all ordered maps keep, and all whose writes take effect before they return.

import { json, utf8 } from '@x/shm-arena/codec';
import {
  droppedContract,
  mapContract,
  orderedContract,
  threadContract,
  writableContract,
  writableOrderedContract,
  writableThreads,
  wrongContract,
} from '@x/testkit';
import { contracts, garbage, guardsProtocols } from '@x/testkit/node';
import { Masstree } from '../src/index.ts';
import { subject, walked } from './subject.ts';
import { spawn } from './support.ts';

contracts('maps', mapContract(subject));
contracts('ordered maps', orderedContract(subject));
contracts('writable maps', writableContract(subject));
contracts('writable ordered maps', writableOrderedContract(subject));
contracts('threads and their deaths', threadContract(subject, spawn));
contracts('threads that write by condition', writableThreads(subject, spawn));
contracts('wrong arguments', wrongContract(walked));
contracts(
  'what is dropped',
  droppedContract(subject, garbage, {
    'a cursor': (map: Masstree<string, number>) => map.cursor().seek('key 1'),
    'a range that was removed': (map: Masstree<string, number>) => map.deleteRange({ lt: 'key 5' }),
    'a closed snapshot': (map: Masstree<string, number>) => map.snapshot().close(),
  }),
);
contracts(
  'protocol numbers',
  guardsProtocols('masstree', {
    ...{ type: 'Masstree', own: 'MASSTREE_PROTOCOL', components: ['masstree', 'limbo'] },
    ...{ codecs: { key: utf8, value: json }, makes: Masstree },
  }),
);
