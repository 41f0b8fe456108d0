// What the checker can find wrong.

type ViolationKind =
  | 'assertion'
  | 'end'
  | 'freed'
  | 'history'
  | 'invariant'
  | 'livelock'
  | 'nondeterminism'
  | 'outside'
  | 'overlap'
  | 'progress'
  | 'race'
  | 'refusal'
  | 'trap'
  | 'wait-free';

/**
 * Thrown through the kernel at the step that is wrong; not an Error, which would cost a stack
 * trace.
 */
export class Violation {
  readonly kind: ViolationKind;
  readonly message: string;
  readonly site: number;
  readonly at: number | undefined;

  constructor(kind: ViolationKind, message: string, site = -1, at?: number) {
    this.kind = kind;
    this.message = message;
    this.site = site;
    this.at = at;
  }
}

/** What a kernel's `check` calls an invariant: its letter's code, then its number. */
export function invariantOf(code: number): string {
  return String.fromCharCode(code >> 8) + (code & 0xff);
}
