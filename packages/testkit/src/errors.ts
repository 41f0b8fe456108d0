// What a call or a promise says that fails, for tests and for their workers.

const codeFrom = (error: { code?: string }) => error.code ?? String(error);

/** The `code` of what `run` throws. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return codeFrom(error as { code?: string });
  }
  return undefined;
}

/** The `code` of what a promise is rejected with. */
export function rejection(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(() => undefined, codeFrom);
}
