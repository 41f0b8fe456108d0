// What these tests take of the kit. It depends on this package, so this package cannot on it.

export {
  collectAll,
  collected,
  collectGarbage,
  contracts,
  Job,
  leftOf,
  replay,
  runPrograms,
  seed,
  shows,
  unhandled,
} from '../../testkit/node/index.ts';
export {
  codeOf,
  finished,
  optionsContract,
  random,
  type Task,
  turn,
  until,
  WRONG,
  walks,
} from '../../testkit/src/index.ts';
