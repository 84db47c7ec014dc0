// One Worker in workerd on this machine, asked at its own socket: nothing stands between the load and it.
import path from 'node:path';
import { compatibility } from './bundle.ts';

const NAME = 'bench';

export type Worker = {
  /** The path of its one module. */
  script: string;
  /** Texts by name. */
  texts: Record<string, string>;
  /** The binding of its database; of its objects each class by its binding. */
  database: string;
  objects: Record<string, string>;
  /** Where it keeps what it stores. */
  folder: string;
  /** Hears each line that it logs; absent: they are written all the same, and nobody reads them. */
  onLine?: (line: string) => void;
  /** Opens the inspector. */
  inspected?: boolean;
  /** Of its own socket; absent: any that is free. */
  port?: number;
  /** Bindings of buckets. */
  buckets?: readonly string[];
  /** How often one key may ask in so many seconds, by binding. */
  rates?: Record<string, { namespace_id: string; simple: { limit: number; period: 10 | 60 } }>;
};

export type Served = {
  /** Its origin. */
  url: string;
  database: D1Database;
  /** The inspector's socket for its isolate. Throws where it was not opened. */
  inspector: () => Promise<string>;
  close: () => Promise<void>;
};

/** Starts it. Its storage is in files, as far as this machine syncs them. */
export async function serveWorker(worker: Worker): Promise<Served> {
  const { convertV4MiniflareOptions, fetch, Miniflare, Response } = await import('miniflare');
  const { date, flags } = await compatibility();
  const { port = 0, buckets = [], rates = {} } = worker;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      resourcePersistencePath: worker.folder,
      handleStructuredLogs: ({ message }) => worker.onLine?.(message),
      ...(worker.inspected ? { inspectorPort: 0 } : {}),
      workers: [
        {
          name: NAME,
          modules: true,
          modulesRoot: path.dirname(worker.script),
          scriptPath: worker.script,
          compatibilityDate: date,
          compatibilityFlags: flags,
          bindings: worker.texts,
          d1Databases: { [worker.database]: worker.database },
          durableObjects: Object.fromEntries(
            Object.entries(worker.objects).map(([binding, className]) => [binding, { className, useSQLite: true }]),
          ),
          r2Buckets: Object.fromEntries(buckets.map((name) => [name, name.toLowerCase()])),
          ratelimits: rates,
          // Whatever address a request makes it ask: nothing leaves this machine.
          outboundService: (request) =>
            ['localhost', '127.0.0.1'].includes(new URL(request.url).hostname)
              ? fetch(request)
              : new Response(null, { status: 502 }),
          unsafeDirectSockets: [{ host: '127.0.0.1', port }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL(NAME);
  return {
    url: origin,
    database: (await miniflare.getD1Database(worker.database, NAME)) as unknown as D1Database,
    inspector: async () => {
      const { host } = await miniflare.getInspectorURL();
      const targets = (await (await fetch(`http://${host}/json`)).json()) as {
        id: string;
        webSocketDebuggerUrl: string;
      }[];
      const own = targets.find(({ id }) => id.includes(NAME));
      if (own === undefined)
        throw new Error(`the inspector names ${targets.map(({ id }) => id).join(', ')} and not ${NAME}`);
      return own.webSocketDebuggerUrl;
    },
    close: () => miniflare.dispose(),
  };
}
