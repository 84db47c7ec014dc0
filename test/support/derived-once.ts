// Argon2id costs a third of a second of a core, and a test unlocks the same vault over and over: for the same input it is derived once.

export type Argon2idInput = {
  password: string;
  salt: Uint8Array;
  parallelism: number;
  iterations: number;
  memorySize: number;
  hashLength: number;
};

/** The same function with a memory. Each caller has bytes of its own, since it may wipe them. */
export function derivedOnce(
  derive: (input: Argon2idInput) => Uint8Array | Promise<Uint8Array>,
): (input: Argon2idInput) => Promise<Uint8Array> {
  const known = new Map<string, Uint8Array | Promise<Uint8Array>>();
  return async (input) => {
    const { password, salt, parallelism, iterations, memorySize, hashLength } = input;
    const key = JSON.stringify([password, [...salt], parallelism, iterations, memorySize, hashLength]);
    const derived = known.get(key) ?? derive(input);
    known.set(key, derived);
    return (await derived).slice();
  };
}
