// The generator, in a thread of its own: keep-alive connections that each send one request after another, a stopwatch beside each.
// What it sends was made before: while it runs it does nothing else.
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { Pool } from 'undici';

export type Shot = { path: string; headers: Record<string, string>; body: Uint8Array };

/**
 * `lanes`: what each connection sends, in order. It ends after `seconds`, or with the first lane that is through; without `seconds`
 * when all are.
 */
export type Volley = { origin: string; lanes: readonly (readonly Shot[])[]; seconds: number | null };

/**
 * `done` answers within `seconds`, each after so many ms. `busy`: which share of that time the generator's thread had something to do;
 * near 1 it would be itself what is measured.
 */
export type Fired = { done: number; seconds: number; latencies: Float64Array; busy: number };

const KEEP_ALIVE_MS = 60_000;

async function fire({ origin, lanes, seconds }: Volley): Promise<Fired> {
  const pool = new Pool(origin, { connections: lanes.length, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS });
  const latencies: number[] = [];
  const began = performance.now();
  const utilization = performance.eventLoopUtilization();
  let ended: Fired | null = null;
  const end = (now: number): void => {
    ended ??= {
      done: latencies.length,
      seconds: (now - began) / 1000,
      latencies: Float64Array.from(latencies),
      busy: performance.eventLoopUtilization(utilization).utilization,
    };
  };
  const send = async (lane: readonly Shot[]): Promise<void> => {
    for (const { path, headers, body: sent } of lane) {
      if (ended !== null) return;
      const from = performance.now();
      const { statusCode, body } = await pool.request({ path, method: 'POST', headers, body: sent });
      if (statusCode >= 300) throw new Error(`${path} answered ${statusCode}: ${await body.text()}`);
      await body.dump();
      const now = performance.now();
      latencies.push(now - from);
      if (seconds !== null && now - began >= seconds * 1000) end(now);
    }
    if (seconds !== null) end(performance.now());
  };
  try {
    await Promise.all(lanes.map(send));
    end(performance.now());
  } finally {
    await pool.destroy();
  }
  if (ended === null) throw new Error('a volley has a lane');
  return ended;
}

parentPort?.on('message', (volley: Volley) => {
  fire(volley).then(
    (fired) => parentPort?.postMessage({ fired }),
    (error: Error) => parentPort?.postMessage({ failed: error.message }),
  );
});
