// @x/shm-arena/codec: how keys and values become bytes.

export type { Codec, Coded } from './api.ts';
export type { Msgpackr } from './values/codecs.ts';
export {
  bool,
  bytes,
  date,
  descending,
  f64,
  i32,
  i64,
  json,
  msgpack,
  tuple,
  u32,
  u64,
  utf8,
} from './values/codecs.ts';
