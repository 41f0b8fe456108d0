// Rejections that nobody hears of.

/** How many rejections nobody had heard of when what `run` began was over. */
export async function unhandled(run: () => unknown): Promise<number> {
  let found = 0;
  const hear = () => {
    found++;
  };
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', hear);
  try {
    await run();
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    process.off('unhandledRejection', hear);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return found;
}
