// What all ordered maps keep, over skip lists.

import { json, utf8 } from '@x/shm-arena/codec';
import {
  droppedContract,
  mapContract,
  orderedContract,
  threadContract,
  wrongContract,
} from '@x/testkit';
import { contracts, garbage, guardsProtocols } from '@x/testkit/node';
import { SkipList } from '../src/index.ts';
import { subject, walked } from './subject.ts';
import { spawn } from './support.ts';

contracts('maps', mapContract(subject));
contracts('ordered maps', orderedContract(subject));
contracts('threads and their deaths', threadContract(subject, spawn));
contracts('wrong arguments', wrongContract(walked));
contracts(
  'what is dropped',
  droppedContract(subject, garbage, {
    'a frozen list': (list: SkipList<string, number>) => list.seal().get('key 1'),
    'a cursor': (list: SkipList<string, number>) => list.cursor().seek('key 1'),
    'a batch': (list: SkipList<string, number>) =>
      list.writeBatch([{ type: 'delete', key: 'key 1' }]),
  }),
);
contracts(
  'protocol numbers',
  guardsProtocols('skiplist', {
    ...{ type: 'SkipList', own: 'SKIPLIST_PROTOCOL', components: ['skiplist'] },
    ...{ codecs: { key: utf8, value: json }, makes: SkipList },
  }),
);
