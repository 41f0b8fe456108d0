// What all ordered maps keep, over maps in batches.

import { setTimeout as delay } from 'node:timers/promises';
import { json, utf8 } from '@x/shm-arena/codec';
import {
  droppedContract,
  mapContract,
  orderedContract,
  threadContract,
  wrongContract,
} from '@x/testkit';
import { contracts, garbage, guardsProtocols } from '@x/testkit/node';
import { AvlBatch } from '../src/index.ts';
import { subject, walked } from './subject.ts';
import { spawn } from './support.ts';

type Tree = AvlBatch<string, number>;

contracts('maps', mapContract(subject));
contracts('ordered maps', orderedContract(subject));
contracts('threads and their deaths', threadContract(subject, spawn));
contracts('wrong arguments', wrongContract(walked));
contracts(
  'what is dropped',
  droppedContract(subject, garbage, {
    'a cursor': (map: Tree) => map.cursor().seek('key 1'),
    'a promise that nobody awaits': (map: Tree) => void map.settled(map.set('key 1', 2)),
    'a promise that was kept': (map: Tree) => map.settled(map.set('key 1', 2)),
    'a builder that was stopped': async (map: Tree) => {
      const builder = map.startBuilder();
      await delay(2);
      await builder.stop();
    },
  }),
);
contracts(
  'protocol numbers',
  guardsProtocols('avl-batch', {
    ...{ type: 'AvlBatch', own: 'AVL_PROTOCOL', components: ['avl-batch'] },
    ...{ codecs: { key: utf8, value: json }, makes: AvlBatch },
  }),
);
