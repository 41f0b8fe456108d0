// How `check` names an invariant: by its letter and its number in the head of the file where the
// check stands, or of the one that a comment there names. A letter is its character's code, by
// which the checker says it again.
//
//   check(t > d, S + 4, batch);      S4 of stamp.ts

export const B: i32 = 0x42 << 8;
export const C: i32 = 0x43 << 8;
export const F: i32 = 0x46 << 8;
export const I: i32 = 0x49 << 8;
export const J: i32 = 0x4a << 8;
export const L: i32 = 0x4c << 8;
export const N: i32 = 0x4e << 8;
export const P: i32 = 0x50 << 8;
export const Q: i32 = 0x51 << 8;
export const S: i32 = 0x53 << 8;
export const T: i32 = 0x54 << 8;
export const U: i32 = 0x55 << 8;
export const V: i32 = 0x56 << 8;
export const W: i32 = 0x57 << 8;
