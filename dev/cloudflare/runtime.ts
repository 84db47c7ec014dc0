// What was uploaded, run by workerd: every deployed Worker with its bindings and objects, and D1 for the API's own queries too. One process owns
// the files: two that write to one database refuse each other.
import path from 'node:path';
import type { D1Result } from '@cloudflare/workers-types';
import type { V4MiniflareOptions, V4WorkerOptions } from 'miniflare';
import { type Account, type Binding, servedVersion, type Version, versionOf, type Worker } from './account.ts';

const GATE = 'stand-in-gate';
const KINDS: Record<string, 'ESModule' | 'CompiledWasm' | 'Text' | 'Data'> = {
  'application/javascript+module': 'ESModule',
  'application/wasm': 'CompiledWasm',
  'text/plain': 'Text',
  'application/octet-stream': 'Data',
};
/** Hands on what workerd says of each invocation: what `wrangler tail` shows. */
const TAIL_SCRIPT = `export default { tail: (events, env) => env.TELL.fetch('http://stand-in/', { method: 'POST', body: JSON.stringify(events) }) }`;

/** An event of a tail, as the platform tells it. */
export type TailEvent = Record<string, unknown>;
export type RuntimeOptions = {
  folder: string;
  /** Answers what a Worker asks of hosts outside: nothing of that leaves the machine. */
  outside: (request: Request) => Promise<Response>;
  onTail: (worker: string, events: readonly TailEvent[]) => void;
};

/** The name of a Worker that answers while its objects run another version. */
const apartFrom = (name: string): string => `${name}.apart`;

export class Runtime {
  readonly #account: Account;
  readonly #options: RuntimeOptions;
  #miniflare: import('miniflare').Miniflare | undefined;
  #running = '';
  /** Code that has started once: the same is not tried again, whatever is bound to it. */
  readonly #started = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(account: Account, options: RuntimeOptions) {
    this.#account = account;
    this.#options = options;
  }

  /** Brings what runs in step with the account, one change after the other. */
  update(): Promise<void> {
    const next = this.#last.then(() => this.#update());
    this.#last = next.catch(() => {});
    return next;
  }

  async #update(): Promise<void> {
    const { Miniflare, convertV4MiniflareOptions } = await import('miniflare');
    const deployed = [...this.#account.workers.values()].filter(({ deployments }) => deployments.length > 0);
    const next: V4MiniflareOptions = {
      cf: false,
      resourcePersistencePath: this.#options.folder,
      // A Worker's own lines are for its tail; here they would be in a test's output.
      handleStructuredLogs: () => {},
      workers: [this.#gate(), ...deployed.flatMap((worker) => this.#workersOf(worker))],
    };
    const text = JSON.stringify(next);
    if (text === this.#running) return;
    this.#running = text;
    if (this.#miniflare) await this.#miniflare.setOptions(convertV4MiniflareOptions(next));
    else this.#miniflare = new Miniflare(convertV4MiniflareOptions(next));
    await this.#miniflare.ready;
  }

  /** A Worker of our own that binds every database, so that the API can ask them all. */
  #gate(): V4WorkerOptions {
    const ids = [...this.#account.databases.keys()];
    return {
      name: GATE,
      modules: true,
      script: 'export default { fetch: () => new Response("nobody", { status: 404 }) }',
      compatibilityDate: '2026-08-01',
      d1Databases: Object.fromEntries(ids.map((id) => [id, id])),
    };
  }

  /** A Worker in service, its tail, and by itself the version whose code its objects run if that is another. */
  #workersOf(worker: Worker): V4WorkerOptions[] {
    const { name } = worker;
    const served = servedVersion(worker);
    const apart = worker.objects !== served.id;
    const tail: V4WorkerOptions = {
      name: `${name}.tail`,
      modules: true,
      script: TAIL_SCRIPT,
      compatibilityDate: '2026-08-01',
      serviceBindings: {
        TELL: async (request) => {
          const events = (await request.json()) as TailEvent[];
          // It names no script: there is a tail for each.
          this.#options.onTail(
            name,
            events.map((one) => ({ ...one, scriptName: name })),
          );
          return new (await import('miniflare')).Response();
        },
      },
    };
    // Objects are kept under the name of the Worker that has their class, so that name stays with them.
    const answering = apart ? apartFrom(name) : name;
    const own = this.#optionsOf(answering, served, apart ? name : undefined);
    own.tails = [`${name}.tail`];
    own.unsafeDirectSockets = [{ host: '127.0.0.1', port: 0 }];
    return [own, ...(apart ? [this.#optionsOf(name, versionOf(worker, worker.objects), undefined)] : []), tail];
  }

  #optionsOf(name: string, version: Version, objectsOf: string | undefined): V4WorkerOptions {
    const root = path.join(this.#options.folder, 'modules', version.id);
    const main = version.modules.filter((one) => one.name === version.main);
    const others = version.modules.filter((one) => one.name !== version.main);
    return {
      name,
      modulesRoot: root,
      modules: [...main, ...others].map(({ name: file, type, text }) => ({
        type: KINDS[type] ?? 'Data',
        path: path.join(root, file),
        contents: text,
      })),
      compatibilityDate: version.compatibilityDate,
      compatibilityFlags: [...version.compatibilityFlags],
      outboundService: async (request) => this.#outside(request as unknown as Request) as never,
      ...bound(version.bindings, objectsOf),
    };
  }

  async #outside(request: Request): Promise<unknown> {
    const { Response: Answer } = await import('miniflare');
    const answer = await this.#options.outside(request);
    return new Answer(await answer.arrayBuffer(), { status: answer.status, headers: [...answer.headers] });
  }

  /** Why a version does not start, in workerd's words; null if it does. */
  async faultOf(name: string, version: Version, classes: readonly string[]): Promise<string | null> {
    const { etag, main, compatibilityDate, compatibilityFlags } = version;
    const code = JSON.stringify([etag, main, compatibilityDate, compatibilityFlags, classes]);
    if (this.#started.has(code)) return null;
    const { Miniflare, convertV4MiniflareOptions, Log, LogLevel } = await import('miniflare');
    const options = this.#optionsOf(name, version, undefined);
    // A class without objects yet is not bound: it would be one of another Worker.
    if (classes.length === 0) delete options.durableObjects;
    const quiet = { cf: false as const, log: new Log(LogLevel.NONE), workers: [options] };
    const trial = new Miniflare(convertV4MiniflareOptions(quiet));
    try {
      await trial.ready;
      this.#started.add(code);
      return null;
    } catch (error) {
      const { message } = error as Error;
      return /core:user:[^:]+: (.*?)(?:\\n|")/.exec(message)?.[1] ?? message;
    } finally {
      // It rejects again with what it failed to start with.
      await trial.dispose().catch(() => {});
    }
  }

  /** Runs the statements of a text in one transaction. */
  async query(id: string, sql: string, params: readonly unknown[] = []): Promise<D1Result<unknown>[]> {
    await this.#last;
    const { unstable_splitSqlQuery } = await import('wrangler');
    if (!this.#miniflare) throw new Error('nothing runs yet');
    const db = await this.#miniflare.getD1Database(id, GATE);
    const statements = unstable_splitSqlQuery(sql).filter((one) => one.trim() !== '');
    if (statements.length === 0) return [];
    return (await db.batch(statements.map((one) => db.prepare(one).bind(...params)))) as never;
  }

  /** Where a Worker listens on this machine. */
  async addressOf({ name, objects, ...worker }: Worker): Promise<URL> {
    await this.#last;
    if (!this.#miniflare) throw new Error('nothing runs yet');
    const apart = objects !== servedVersion({ name, objects, ...worker }).id;
    return this.#miniflare.unsafeGetDirectURL(apart ? apartFrom(name) : name);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#miniflare?.dispose();
  }
}

type Bound = Pick<V4WorkerOptions, 'bindings' | 'd1Databases' | 'r2Buckets' | 'durableObjects' | 'ratelimits'>;

/** Bindings of an upload as Miniflare takes them. `objectsOf`: the Worker that has the classes, if it is not this one. */
function bound(bindings: readonly Binding[], objectsOf: string | undefined): Bound {
  const texts: Record<string, string> = {};
  const d1Databases: Record<string, string> = {};
  const r2Buckets: Record<string, string> = {};
  const durableObjects: Record<string, { className: string; useSQLite: true; scriptName?: string }> = {};
  const ratelimits: NonNullable<Bound['ratelimits']> = {};
  for (const { type, name, ...one } of bindings) {
    if (type === 'plain_text' || type === 'secret_text') texts[name] = String(one.text);
    else if (type === 'd1') d1Databases[name] = String(one.id);
    else if (type === 'r2_bucket') r2Buckets[name] = String(one.bucket_name);
    else if (type === 'ratelimit')
      ratelimits[name] = { namespace_id: String(one.namespace_id), simple: one.simple as never };
    else if (type === 'durable_object_namespace')
      durableObjects[name] = {
        className: String(one.class_name),
        useSQLite: true,
        ...(objectsOf === undefined ? {} : { scriptName: objectsOf }),
      };
    else throw new Error(`the stand-in cannot bind ${type}`);
  }
  return { bindings: texts, d1Databases, r2Buckets, durableObjects, ratelimits };
}
