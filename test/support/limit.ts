/**
 * A hanging test is ended after this; no test asserts how long it takes. Key derivation on busy cores takes its time.
 */
export const TEST_MS = 120_000;
