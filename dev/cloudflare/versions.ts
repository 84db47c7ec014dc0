// A Worker's versions and which of them is in service: uploads after the first, deployments, rollbacks, secrets.
import { randomUUID } from 'node:crypto';
import { type Account, type Deployment, now, servedVersion, type Version, versionOf, type Worker } from './account.ts';
import { ok, Refused } from './answer.ts';
import type { Answers } from './asked.ts';
import type { Runtime } from './runtime.ts';
import { readUpload, type Strategy } from './upload.ts';

const SCRIPT = '/accounts/:account/workers/scripts/:script';
const AUTHOR = 'you@yourmsp.com';

/** A version's bindings as others see them: a secret's text is never given back. */
export const shownBindings = ({ bindings }: Version) =>
  bindings.map((one) => (one.type === 'secret_text' ? { name: one.name, type: one.type } : one));

/** Puts versions into service. Objects follow at once, unless the update is put off: then they stay where they are until they sleep. */
export function deploy(
  worker: Worker,
  versions: Deployment['versions'],
  annotations: Record<string, string>,
  strategy: Strategy = { mode: 'deferred' },
): Deployment {
  const deployment: Deployment = {
    id: randomUUID(),
    source: 'wrangler',
    strategy: 'percentage',
    author_email: AUTHOR,
    created_on: now(),
    annotations: { 'workers/triggered_by': 'deployment', ...annotations },
    versions,
  };
  const isFirst = worker.deployments.length === 0;
  worker.deployments.push(deployment);
  worker.modified_on = now();
  if (isFirst || strategy.mode === 'immediate') worker.objects = servedVersion(worker).id;
  return deployment;
}

const shown = (worker: Worker, version: Version) => ({
  id: version.id,
  number: version.number,
  annotations: version.annotations,
  startup_time_ms: 12,
  metadata: {
    created_on: version.created_on,
    modified_on: version.created_on,
    source: 'wrangler',
    author_id: worker.id,
    author_email: AUTHOR,
    has_preview: false,
  },
  resources: {
    script: { etag: version.etag, handlers: ['fetch'], last_deployed_from: 'wrangler', named_handlers: [] },
    script_runtime: {
      compatibility_date: version.compatibilityDate,
      compatibility_flags: version.compatibilityFlags,
      usage_model: 'standard',
      migration_tag: worker.migrationTag,
    },
    bindings: shownBindings(version),
  },
});

export function answersOfVersions(account: Account, runtime: Runtime): Answers {
  return {
    [`POST ${SCRIPT}/versions`]: async (asked) => {
      const name = asked.get('script');
      const { version } = await readUpload(account, runtime, name, asked, false);
      const worker = account.worker(name);
      worker.versions.push(version);
      return ok(shown(worker, version));
    },
    [`GET ${SCRIPT}/versions`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      const items = worker.versions.map((one) => shown(worker, one)).reverse();
      return ok({ items }, { result_info: { page: 1, per_page: 100, count: items.length, total_count: items.length } });
    },
    [`GET ${SCRIPT}/versions/:version`]: (asked) => {
      const worker = account.worker(asked.get('script'));
      return ok(shown(worker, versionOf(worker, asked.get('version'))));
    },
    [`GET ${SCRIPT}/deployments`]: (asked) =>
      ok({ deployments: account.worker(asked.get('script')).deployments.slice(-10).reverse() }),
    [`POST ${SCRIPT}/deployments`]: async (asked) => {
      const worker = account.worker(asked.get('script'));
      const wanted = asked.json<{
        versions: Deployment['versions'];
        annotations?: Record<string, string | null>;
        code_update_strategy?: Strategy;
      }>();
      for (const { version_id } of wanted.versions) versionOf(worker, version_id);
      const said = Object.entries(wanted.annotations ?? {}).filter(
        (one): one is [string, string] => typeof one[1] === 'string',
      );
      const deployment = deploy(worker, wanted.versions, Object.fromEntries(said), wanted.code_update_strategy);
      await runtime.update();
      return ok(deployment);
    },
    [`PUT ${SCRIPT}/secrets`]: async (asked) => {
      const worker = account.worker(asked.get('script'));
      const { name, text } = asked.json<{ name: string; text: string }>();
      const last = worker.versions.at(-1);
      if (!last || servedVersion(worker).id !== last.id)
        throw new Refused(
          400,
          10215,
          "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently deployed.",
        );
      const secret = { name, text, type: 'secret_text' };
      const version: Version = {
        ...last,
        id: randomUUID(),
        number: last.number + 1,
        created_on: now(),
        bindings: [...last.bindings.filter((one) => one.name !== name), secret],
        annotations: { 'workers/triggered_by': 'secret' },
      };
      worker.versions.push(version);
      deploy(worker, [{ version_id: version.id, percentage: 100 }], version.annotations, { mode: 'immediate' });
      await runtime.update();
      return ok({ name, type: secret.type });
    },
  };
}
