// What ships is built as for production, whatever the process that builds it is for: in a test's or the stand's own environment libraries
// would bring their development code, and the same sources would not give the same bytes. By itself, so that the stand, whose portal is often
// built already, loads no Vite for it.

/** Runs a build of Vite with the right `NODE_ENV`, and puts the old value back. */
export async function asProduction<T>(build: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    return await build();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
