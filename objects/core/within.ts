// A time limit for what another part answers: the index, or an object. By itself, because the Worker waits for objects with it too and takes
// nothing of an object's storage along.

/** Waits no longer than `ms`. Rejects where it takes longer; what was asked may still happen. */
export function within<P extends PromiseLike<unknown>>(ms: number, work: P): Promise<Awaited<P>> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
