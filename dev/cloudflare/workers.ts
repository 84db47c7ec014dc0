// Workers as wrangler sees them: the service, its settings, its address; and the first upload, which puts it into service at once.
import { type Account, hex, now, servedVersion, versionOf, type Worker } from './account.ts';
import { ok, Refused } from './answer.ts';
import type { Answers } from './asked.ts';
import type { Runtime } from './runtime.ts';
import { readUpload } from './upload.ts';
import { deploy, shownBindings } from './versions.ts';

const WORKERS = '/accounts/:account/workers';
const SCRIPT = `${WORKERS}/scripts/:script`;

const newWorker = (name: string, host: string | undefined): Worker => ({
  id: hex(),
  name,
  created_on: now(),
  modified_on: now(),
  tags: [],
  observability: undefined,
  versions: [],
  deployments: [],
  classes: [],
  migrationTag: undefined,
  subdomain: { enabled: false, previews_enabled: false },
  hosts: host === undefined ? [] : [host],
  objects: '',
});

const scriptOf = (worker: Worker) => ({
  id: worker.name,
  tag: worker.id,
  tags: worker.tags,
  etag: worker.versions.at(-1)?.etag,
  handlers: ['fetch'],
  created_on: worker.created_on,
  modified_on: worker.modified_on,
  usage_model: 'standard',
  last_deployed_from: 'wrangler',
  migration_tag: worker.migrationTag,
  logpush: false,
});

export function answersOfWorkers(account: Account, runtime: Runtime): Answers {
  return {
    [`GET ${WORKERS}/services/:script`]: (asked) => {
      const worker = account.workers.get(asked.get('script'));
      if (!worker) throw new Refused(404, 10090, 'workers.api.error.service_not_found');
      const { name, created_on, modified_on } = worker;
      const environment = { environment: 'production', created_on, modified_on, script: scriptOf(worker) };
      return ok({ id: name, created_on, modified_on, default_environment: environment, environments: [environment] });
    },
    [`GET ${WORKERS}/subdomain`]: () => ok({ subdomain: account.subdomain }),
    [`GET ${WORKERS}/workers/:script`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      const host = `${worker.name}.${account.subdomain}.workers.dev`;
      return ok({
        id: worker.id,
        name: worker.name,
        created_on: worker.created_on,
        updated_on: worker.modified_on,
        tags: worker.tags,
        subdomain: { ...worker.subdomain, url: `https://${host}`, preview_url_suffix: `-${host}` },
      });
    },
    [`PUT ${SCRIPT}`]: async (asked) => {
      const name = asked.get('script');
      const { version, metadata, classes, migrationTag } = await readUpload(account, runtime, name, asked, true);
      const worker = account.workers.get(name) ?? newWorker(name, account.promised.get(name));
      account.workers.set(name, worker);
      worker.versions.push(version);
      Object.assign(worker, { classes, migrationTag, tags: metadata.tags ?? worker.tags });
      worker.observability = metadata.observability ?? worker.observability;
      deploy(worker, [{ version_id: version.id, percentage: 100 }], version.annotations, metadata.code_update_strategy);
      await runtime.update();
      return ok({
        ...scriptOf(worker),
        startup_time_ms: 12,
        deployment_id: version.id.replaceAll('-', ''),
        has_assets: false,
        has_modules: true,
      });
    },
    [`GET ${SCRIPT}/settings`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      const version = servedVersion(worker);
      return ok({
        bindings: shownBindings(version),
        compatibility_date: version.compatibilityDate,
        compatibility_flags: version.compatibilityFlags,
        tags: worker.tags,
        usage_model: 'standard',
      });
    },
    [`PATCH ${SCRIPT}/script-settings`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      const { tags, observability } = asked.json<{ tags?: string[]; observability?: object }>();
      worker.tags = tags ?? worker.tags;
      worker.observability = observability ?? worker.observability;
      return ok({ logpush: false, tail_consumers: [] });
    },
    [`POST ${SCRIPT}/subdomain`]: async (asked) => {
      const worker = account.worker(asked.get('script'));
      worker.subdomain = asked.json<Worker['subdomain']>();
      return ok(worker.subdomain);
    },
    [`GET ${SCRIPT}/secrets`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      return ok(
        shownBindings(versionOf(worker, servedVersion(worker).id)).filter(({ type }) => type === 'secret_text'),
      );
    },
  };
}
