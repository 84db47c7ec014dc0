// By itself, because Vitest's configuration reads it and cannot import `until`, which needs a test that runs.
/** What hangs is ended after this; how long a test takes is nothing that a test says. Key derivation on busy cores takes its time. */
export const TEST_MS = 120_000;
