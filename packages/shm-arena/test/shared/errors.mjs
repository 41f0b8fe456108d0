// What a call or a promise says that fails, for tests and for their workers.

const codeFrom = (error) => error.code ?? String(error);

/** The `code` of what `run` throws. */
export function codeOf(run) {
  try {
    run();
  } catch (error) {
    return codeFrom(error);
  }
  return undefined;
}

/** The `code` of what a promise is rejected with. */
export const rejection = (promise) => promise.then(() => undefined, codeFrom);
