// The seed of a run, and how a failed one is repeated.

/** SEED=… replays. Every random test prints it when it fails. */
export const seed = Number(process.env.SEED ?? 20_261_120);

/** The command that runs a test file again, as it ran. */
export const replay = (file: string) => `SEED=${seed} npx vitest run test/${file}`;
