// Checks of the repository's contents: each a decision over values, without a network and without a clock.
import type { Unstable_Config } from 'wrangler';
import { Email, Uuid } from '../../schema/text.ts';
import { TeamDomain } from '../../worker/core/env.ts';
import { PLACEHOLDER_ID, variable } from '../operate/environment.ts';
import type { Origins } from '../stand/portal-files.ts';
import { check, type Finding } from './finding.ts';

const TOML = 'wrangler.toml';

/** `version` as process.versions.node; from 22.18 on Node runs TypeScript by itself. */
export function nodeVersion(version: string): Finding {
  const { ok, fail } = check('node');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18)
    ? ok(`Node ${version}`)
    : fail(`Node ${version} runs no TypeScript`, 'bring Node 22.18 or newer');
}

/** The index and the tenant objects, with SQLite behind them, and backups if they are wanted. */
export function bindings(worker: Unstable_Config): Finding {
  const { ok, warn, fail } = check('bindings');
  const index = worker.d1_databases.find(({ binding }) => binding === 'INDEX_DB');
  if (!index) return fail('no D1 database is bound as INDEX_DB', `put [[d1_databases]] back into ${TOML}`);
  if (index.migrations_dir !== 'schema/d1')
    return fail('INDEX_DB names no migrations', `set migrations_dir = "schema/d1" in ${TOML}`);
  const objects = worker.durable_objects.bindings.find(({ name }) => name === 'TENANT');
  if (objects?.class_name !== 'Tenant')
    return fail('no Durable Object is bound as TENANT', `put [[durable_objects.bindings]] back into ${TOML}`);
  if (!worker.migrations.some(({ new_sqlite_classes }) => new_sqlite_classes?.includes('Tenant')))
    return fail(
      'the class Tenant is not made with SQLite',
      `put [[migrations]] with new_sqlite_classes = ["Tenant"] back into ${TOML}`,
    );
  const backups = worker.r2_buckets.some(({ binding }) => binding === 'BACKUP');
  const counted = new Set(worker.ratelimits?.map(({ name }) => name));
  const uncounted = ['TOKEN_REQUESTS', 'FAILED_CREDENTIALS'].filter((name) => !counted.has(name));
  if (uncounted.length > 0)
    return warn(
      `the door does not count: no rate limit is bound as ${uncounted.join(' and ')}`,
      `put [[ratelimits]] back into ${TOML}`,
    );
  return ok(`INDEX_DB, TENANT with SQLite, backups ${backups ? 'to R2' : 'off'}`);
}

/** `deployed`: an installation is checked, where the placeholder can no longer be right. */
export function databaseId(worker: Unstable_Config, deployed: boolean): Finding {
  const { ok, warn, fail } = check('database-id');
  const database = worker.d1_databases[0];
  const fix = `npx wrangler d1 create ${database?.database_name ?? 'totlprovision'}, then paste its database_id into ${TOML}`;
  if (!database?.database_id || database.database_id === PLACEHOLDER_ID)
    return (deployed ? fail : warn)('database_id is still the placeholder, so nothing can be deployed', fix);
  if (!Uuid.safeParse(database.database_id).success)
    return fail(`database_id is "${database.database_id}", which is no database's id`, fix);
  return ok(`database ${database.database_name}`);
}

export function teamDomain(worker: Unstable_Config): Finding {
  const { ok, fail } = check('team-domain');
  const domain = variable(worker, 'ACCESS_TEAM_DOMAIN');
  if (domain === '') return fail('ACCESS_TEAM_DOMAIN is blank', `set it in ${TOML}, as example.cloudflareaccess.com`);
  return TeamDomain.safeParse(domain).success
    ? ok(domain)
    : fail(`ACCESS_TEAM_DOMAIN is "${domain}"`, 'write the bare host, as example.cloudflareaccess.com');
}

export function audience(worker: Unstable_Config): Finding {
  const { ok, warn, fail } = check('audience');
  const aud = variable(worker, 'ACCESS_AUD');
  const fix = `copy the Access application's AUD tag into ACCESS_AUD in ${TOML} and deploy again`;
  if (aud === '') return warn('ACCESS_AUD is blank: engines work, people are locked out with 503', fix);
  return /^[0-9a-f]{64}$/.test(aud) ? ok('ACCESS_AUD is set') : fail('ACCESS_AUD is not 64 hex digits', fix);
}

export function portalOriginForm(worker: Unstable_Config): Finding {
  const { ok, fail } = check('portal-origin');
  const origin = variable(worker, 'PORTAL_ORIGIN');
  const fix = `write it in ${TOML} as https://totlprovision.example.com, without a path or a slash at the end`;
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    return fail(`PORTAL_ORIGIN is "${origin}", which no browser ever sends`, fix);
  return origin.startsWith('https:') ? ok(origin) : fail(`PORTAL_ORIGIN is ${origin}, without TLS`, fix);
}

/** `origins`: where the portal calls the API, and where engines do. */
export function apiOrigin(worker: Unstable_Config, { api, engine }: Origins): Finding {
  const { ok, fail } = check('api-origin');
  const origin = variable(worker, 'API_ORIGIN');
  if (origin === '')
    return new URL(engine).host.endsWith('.workers.dev')
      ? ok('none named; on workers.dev the Worker answers no person')
      : fail(`people are answered at ${engine} too, where no Access stands`, `set API_ORIGIN = "${api}" in ${TOML}`);
  return origin === api
    ? ok(`people are answered at ${origin} only`)
    : fail(`API_ORIGIN is ${origin}, and the portal calls ${api}`, `name that one in ${TOML}`);
}

export function operators(worker: Unstable_Config): Finding {
  const { ok, warn, fail } = check('operators');
  const emails = variable(worker, 'OPERATOR_EMAILS')
    .split(',')
    .map((email) => email.trim())
    .filter(Boolean);
  if (emails.length === 0)
    return warn('OPERATOR_EMAILS is blank: nobody can make tenants in the portal', `name yourself in ${TOML}`);
  const wrong = emails.findIndex((email) => !Email.safeParse(email).success);
  return wrong < 0
    ? ok(`${emails.length} named`)
    : fail(`address ${wrong + 1} of OPERATOR_EMAILS is none`, 'separate addresses by commas');
}

export function previewUrls(worker: Unstable_Config): Finding {
  const { ok, fail } = check('preview-urls');
  return worker.preview_urls === false
    ? ok('off: a version of the Worker has no address of its own')
    : fail('every version of the Worker would get an address', `set preview_urls = false in ${TOML}`);
}

/** The platform's own line for each request contains the URL, and a URL contains what somebody searched for. */
export function invocationLogs({ observability }: Unstable_Config): Finding {
  const { ok, fail } = check('invocation-logs');
  const on = observability?.enabled === true || observability?.logs?.enabled === true;
  return on && observability?.logs?.invocation_logs !== false
    ? fail(
        'the platform keeps the URL of every request',
        `set invocation_logs = false under [observability.logs] in ${TOML}`,
      )
    : ok('off: our own lines are kept, URLs are not');
}

/**
 * Admins choose webhooks: without the flag, one that names a host of our own zone would be called behind its firewall.
 */
export function strictlyPublic({ compatibility_flags }: Unstable_Config): Finding {
  const { ok, fail } = check('public-fetch');
  return compatibility_flags.includes('global_fetch_strictly_public')
    ? ok('webhooks go the way of any stranger')
    : fail(
        'a webhook could reach a host of this zone past its firewall',
        `put global_fetch_strictly_public back into compatibility_flags in ${TOML}`,
      );
}

/** The portal's build settings: its meta tag, and the policy that lets it call. `headers` is the text of `_headers`. */
export function portalPolicy(built: Origins, headers: string): Finding {
  const { ok, fail } = check('portal-policy');
  const sources = /connect-src ([^;\n]*)/.exec(headers)?.[1]?.split(/\s+/) ?? [];
  const missing = [built.api, built.api.replace(/^http/, 'ws')].filter((origin) => !sources.includes(origin));
  return missing.length === 0
    ? ok(`index.html and _headers both name ${built.api}`)
    : fail(`_headers does not let the portal call ${missing.join(' and ')}`, 'name it in portal/public/_headers');
}

/**
 * Settings that wrangler does not inherit: each environment has to repeat every variable and binding of production's;
 * only backups are optional.
 */
export function sameShape(production: Unstable_Config, other: Unstable_Config): Finding {
  const { ok, warn, fail } = check('environments');
  const shape = (worker: Unstable_Config): string[] => [
    ...Object.keys(worker.vars),
    ...worker.d1_databases.map(({ binding }) => binding),
    ...worker.durable_objects.bindings.map(({ name }) => name),
    ...(worker.ratelimits ?? []).map(({ name }) => name),
  ];
  const there = new Set(shape(other));
  const missing = shape(production).filter((name) => !there.has(name));
  if (missing.length > 0)
    return fail(`${other.name} has no ${missing.join(', ')}`, `repeat it under its environment in ${TOML}`);
  const shared = other.d1_databases.find(
    ({ database_id }) =>
      database_id !== PLACEHOLDER_ID && production.d1_databases.some((one) => one.database_id === database_id),
  );
  const buckets = new Set(production.r2_buckets.map(({ bucket_name }) => bucket_name));
  const sharedBucket = other.r2_buckets.some(({ bucket_name }) => buckets.has(bucket_name));
  if (shared || sharedBucket || other.name === production.name) {
    const what = shared ? 'its database' : sharedBucket ? 'its bucket' : 'its Worker';
    return fail(`${other.name} shares ${what} with production`, 'give it one of its own');
  }
  return buckets.size > 0 && other.r2_buckets.length === 0
    ? warn(`${other.name} makes no backups`, `give it a bucket of its own: [[env.staging.r2_buckets]] in ${TOML}`)
    : ok('each has every variable and binding, and shares none');
}
