// The clock of searches: what this thread has computed, not what the wall says. A machine that is
// busy with something else, or stopped for a while, cuts no search short.

/** Milliseconds that this thread has run. */
export function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
