// An uploaded Worker: what Cloudflare checks before it keeps a version, in the order in which it says no.
import { createHash, randomUUID } from 'node:crypto';
import { type Account, type Binding, type Module, now, type Version, type Worker } from './account.ts';
import { Refused } from './answer.ts';
import { type Asked, textOf } from './asked.ts';
import type { Runtime } from './runtime.ts';

type Step = {
  new_classes?: string[];
  new_sqlite_classes?: string[];
  renamed_classes?: { from: string; to: string }[];
  deleted_classes?: string[];
};
export type Metadata = {
  main_module: string;
  bindings: Binding[];
  compatibility_date: string;
  compatibility_flags?: string[];
  migrations?: { old_tag?: string; new_tag: string; steps: Step[] };
  keep_bindings?: string[];
  tags?: string[];
  observability?: object;
  annotations?: Record<string, string>;
  code_update_strategy?: Strategy;
};
/** When objects take the new code: at once, or when they next sleep. */
export type Strategy = { mode: 'immediate' | 'deferred' };
export type Uploaded = { version: Version; metadata: Metadata; classes: string[]; migrationTag: string | undefined };

/** What runs. A source map is kept by Cloudflare, for stacks, and is not code. */
const CODE = new Set(['application/javascript+module', 'application/wasm', 'text/plain', 'application/octet-stream']);

/** Reads and judges an upload. `deployed`: it goes into service with this call. Nothing of the account is changed. */
export async function readUpload(
  account: Account,
  runtime: Runtime,
  name: string,
  asked: Asked,
  deployed: boolean,
): Promise<Uploaded> {
  const form = await asked.form();
  const metadata = JSON.parse(await textOf(form.get('metadata'))) as Metadata;
  const before = account.workers.get(name);
  if (!before && !deployed) account.worker(name);
  const modules: Module[] = [];
  for (const [part, value] of form.entries())
    if (typeof value !== 'string' && CODE.has(value.type))
      modules.push({ name: part, type: value.type, text: await value.text() });
  const main = modules.find((one) => one.name === metadata.main_module);
  if (!main) throw new Refused(400, 10021, `No such module "${metadata.main_module}".`);
  if (metadata.migrations && !deployed)
    throw new Refused(400, 10211, 'Migrations must be fully applied by deploying the Worker.');
  const classes = classesAfter(before, metadata.migrations);
  requireExports(main, classes);
  const bindings = [...metadata.bindings, ...kept(before, metadata)];
  for (const binding of bindings) requireBound(account, binding, classes);
  const version: Version = {
    id: randomUUID(),
    number: (before?.versions.length ?? 0) + 1,
    created_on: now(),
    etag: createHash('sha256').update(JSON.stringify(modules)).digest('hex'),
    main: metadata.main_module,
    modules,
    bindings,
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    annotations: { 'workers/triggered_by': 'upload', ...metadata.annotations },
  };
  const fault = await runtime.faultOf(name, version, classes);
  if (fault !== null) throw new Refused(400, 10021, fault);
  return { version, metadata, classes, migrationTag: metadata.migrations?.new_tag ?? before?.migrationTag };
}

/** The classes of a Worker's objects after the migrations of an upload. */
function classesAfter(before: Worker | undefined, migrations: Metadata['migrations']): string[] {
  const classes = new Set(before?.classes ?? []);
  if (!migrations) return [...classes];
  const tag = before?.migrationTag ?? '';
  if ((migrations.old_tag ?? '') !== tag)
    throw new Refused(
      412,
      10079,
      `Durable Object migration tag precondition failed: expected "${migrations.old_tag ?? ''}", current "${tag}".`,
    );
  for (const step of migrations.steps) {
    for (const made of [...(step.new_classes ?? []), ...(step.new_sqlite_classes ?? [])]) {
      if (classes.has(made))
        throw new Refused(
          400,
          10074,
          `Cannot apply new-class migration to class '${made}' that is already depended on by existing Durable Objects.`,
        );
      classes.add(made);
    }
    for (const { from, to } of step.renamed_classes ?? []) if (classes.delete(from)) classes.add(to);
    for (const gone of step.deleted_classes ?? []) classes.delete(gone);
  }
  return [...classes];
}

/** A class with objects must still be there. esbuild writes one list of exports, at the end. */
function requireExports(main: Module, classes: readonly string[]): void {
  const lists = [...main.text.matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
  const exported = new Set(
    lists.map((one) =>
      one
        .trim()
        .split(/\s+as\s+/)
        .at(-1),
    ),
  );
  const lost = classes.find((one) => !exported.has(one));
  if (lost !== undefined)
    throw new Refused(
      400,
      10064,
      `New version of script does not export class '${lost}' which is depended on by existing Durable Objects.`,
    );
}

/** Secrets that an upload keeps from the version before. */
function kept(before: Worker | undefined, { bindings, keep_bindings: keep = [] }: Metadata): Binding[] {
  return (before?.versions.at(-1)?.bindings ?? []).filter(
    (old) => keep.includes(old.type) && !bindings.some(({ name }) => name === old.name),
  );
}

/** What a binding leads to must be there. */
function requireBound(account: Account, binding: Binding, classes: readonly string[]): void {
  const { type, name } = binding;
  if (type === 'durable_object_namespace' && !classes.includes(String(binding.class_name)))
    throw new Refused(
      400,
      10061,
      `Cannot create binding for class '${binding.class_name}' because it is not currently configured to implement Durable Objects. Did you forget to apply a migration?`,
    );
  if (type === 'd1' && !account.databases.has(String(binding.id)))
    throw new Refused(400, 10181, `D1 binding '${name}' references database '${binding.id}' which was not found.`);
  if (type === 'r2_bucket' && !account.buckets.has(String(binding.bucket_name)))
    throw new Refused(400, 10085, `R2 bucket '${binding.bucket_name}' not found.`);
}
