// The key that a write has in hand: of the call that runs, or of the part of a batch that it is at.
// It stands in globals of the instance, so that what finds its place, makes its node and links that
// need not hand four words on. No call is entered while another runs in its instance, so nobody
// else changes them. Reads hand their keys on, which is faster (ADR 16).
//
// A death takes them along with the instance.
//
// H1  Who searches a place with a splice, or makes a node, has taken the key in hand before, in the
//     same call, and no other since.
//
// Checked where a node is linked: its key is the one that its place was searched for (search.ts F1,
// F2).
//
// Names: as of any key (map/key.ts).

export let handS0: u64 = 0;
export let handS1: u64 = 0;
export let handLength: u32 = 0;
export let handAt: usize = 0;

/** Takes a key in hand, instead of the one before. */
export function takeKey(s0: u64, s1: u64, len: u32, at: usize): void {
  handS0 = s0;
  handS1 = s1;
  handLength = len;
  handAt = at;
}
