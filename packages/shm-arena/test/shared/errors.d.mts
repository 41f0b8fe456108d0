/** The `code` of what `run` throws. */
export function codeOf(run: () => unknown): string | undefined;

/** The `code` of what a promise is rejected with. */
export function rejection(promise: Promise<unknown>): Promise<string | undefined>;
