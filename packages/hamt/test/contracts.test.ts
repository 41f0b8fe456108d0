// What all maps keep, and all whose writes take effect before they return.

import { json, utf8 } from '@x/shm-arena/codec';
import {
  droppedContract,
  mapContract,
  threadContract,
  unorderedContract,
  writableContract,
  writableThreads,
  wrongContract,
} from '@x/testkit';
import { contracts, garbage, guardsProtocols } from '@x/testkit/node';
import { Hamt } from '../src/index.ts';
import { subject, walked } from './subject.ts';
import { spawn } from './support.ts';

contracts('maps', [...mapContract(subject), ...unorderedContract(subject)]);
contracts('writable maps', writableContract(subject));
contracts('threads and their deaths', threadContract(subject, spawn));
contracts('threads that write by condition', writableThreads(subject, spawn));
contracts('wrong arguments', wrongContract(walked));
contracts(
  'what is dropped',
  droppedContract(subject, garbage, {
    'a closed snapshot': (map: Hamt<string, number>) => map.snapshot().close(),
  }),
);
contracts(
  'protocol numbers',
  guardsProtocols('hamt', {
    ...{ type: 'Hamt', own: 'HAMT_PROTOCOL', components: ['hamt', 'limbo'] },
    ...{ codecs: { key: utf8, value: json }, makes: Hamt },
  }),
);
