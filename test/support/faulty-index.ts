// Faults around the real index: nothing is mocked, the real D1 is asked, or is not, or its answer is lost or late.

export type FaultyIndex = {
  index: D1Database;
  /**
   * The fate of reads and writes from now on. `lost`: it happens, and the answer is a failure. `held`: it waits for
   * `release`.
   */
  reads: 'well' | 'down';
  writes: 'well' | 'down' | 'lost' | 'held';
  /** How many writes have come in. */
  asked: number;
  /** Lets go what is held, and waits until it has happened. */
  release: () => Promise<void>;
};

/** Wraps a D1 binding. The object writes by `batch` and reads by `prepare`. */
export function faultyIndex(real: D1Database): FaultyIndex {
  const held: (() => void)[] = [];
  const late: Promise<unknown>[] = [];
  const faulty: FaultyIndex = {
    index: real,
    reads: 'well',
    writes: 'well',
    asked: 0,
    release: async () => {
      faulty.writes = 'well';
      for (const go of held.splice(0)) go();
      await Promise.all(late.splice(0));
    },
  };
  const batch: D1Database['batch'] = async (statements) => {
    faulty.asked++;
    if (faulty.writes === 'down') throw new Error('D1 is down');
    if (faulty.writes === 'held') {
      const write = new Promise<void>((go) => held.push(go)).then(() => real.batch<never>(statements));
      late.push(write);
      return write;
    }
    const lost = faulty.writes === 'lost';
    const answer = await real.batch<never>(statements);
    if (lost) throw new Error('the answer of D1 is lost');
    return answer;
  };
  faulty.index = new Proxy(real, {
    get(target, name) {
      if (name === 'batch') return batch;
      if (name !== 'prepare') return Reflect.get(target, name);
      return (query: string) => {
        if (faulty.reads === 'down' && query.trimStart().startsWith('SELECT')) throw new Error('D1 is down');
        return target.prepare(query);
      };
    },
  });
  return faulty;
}
