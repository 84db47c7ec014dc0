// A time limit for an answer from another part: the index, or an object.

/** Waits no longer than `ms`. Rejects where it takes longer; what was asked may still happen. */
export function within<P extends PromiseLike<unknown>>(ms: number, work: P): Promise<Awaited<P>> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
