// Several pieces of work at once, in a few lanes: the vault's RSA runs on the browser's own threads, so one at a time would leave cores idle.

const LANES = 8;

/** The answers in the order of the items. The first fault ends it; what is under way is waited for. */
export async function inLanes<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  lanesMax = LANES,
): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const place = next;
      next += 1;
      try {
        answers[place] = await work(items[place] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: lanesMax }, lane));
  for (const one of lanes) if (one.status === 'rejected') throw one.reason;
  return answers;
}
