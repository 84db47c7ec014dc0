// The Worker's configuration, checked once an isolate: a wrong one is one clear sentence, not a strange failure later.
import * as z from 'zod';
import type { Tenant } from '../../objects/tenant.ts';

/** The bindings as wrangler.toml declares them. */
export type Bindings = {
  INDEX_DB: D1Database;
  TENANT: DurableObjectNamespace<Tenant>;
  /** Absent: no backups. Only tenant objects use it. */
  BACKUP?: R2Bucket;
  /** The limits on how often one token may ask and one address may fail. Absent: the door counts nothing. */
  TOKEN_REQUESTS?: RateLimit;
  FAILED_CREDENTIALS?: RateLimit;
  ACCESS_TEAM_DOMAIN: string;
  ACCESS_AUD: string;
  PORTAL_ORIGIN: string;
  /** Optional: where people reach the API. If absent or blank, any host that Access can protect will do. */
  API_ORIGIN?: string;
  OPERATOR_EMAILS: string;
};

/** A team domain is a host name, as the set-up guide has it; the local stand's is an http origin on localhost. */
export const TeamDomain = z
  .string()
  .regex(/^([a-z0-9-]+(\.[a-z0-9-]+)+|http:\/\/localhost:\d{1,5})$/, {
    error: 'must be a team domain such as example.cloudflareaccess.com',
  })
  .transform((domain) => (domain.startsWith('http://') ? domain : `https://${domain}`));

export const Origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'must be an origin, without a path',
});

const Settings = z.object({
  ACCESS_TEAM_DOMAIN: TeamDomain,
  ACCESS_AUD: z.string().regex(/^[\w-]*$/, { error: 'must be an application audience tag, or blank' }),
  PORTAL_ORIGIN: Origin,
  API_ORIGIN: z.union([z.literal(''), Origin]).optional(),
  OPERATOR_EMAILS: z.string(),
});

export type Env = {
  index: D1Database;
  tenants: DurableObjectNamespace<Tenant>;
  /** The issuer of Access tokens: an origin. */
  accessIssuer: string;
  /** Null: not configured yet; person routes answer 503, and jose is never called without an audience. */
  accessAudience: string | null;
  portalOrigin: string;
  /** The one origin at which people are answered; null if none is named. */
  apiOrigin: string | null;
  operatorEmails: ReadonlySet<string>;
  /** The door's counts, by token and by address; null where the binding is not there. */
  requests: RateLimit | null;
  failures: RateLimit | null;
};

const checked = new WeakMap<Bindings, Env>();

/** Reads the bindings. Throws one sentence that names the variable if one is wrong. */
export function readEnv(bindings: Bindings): Env {
  const known = checked.get(bindings);
  if (known) return known;
  const settings = Settings.safeParse(bindings);
  if (!settings.success) {
    const issue = settings.error.issues[0];
    throw new Error(`wrangler.toml: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const env: Env = {
    index: bindings.INDEX_DB,
    tenants: bindings.TENANT,
    accessIssuer: settings.data.ACCESS_TEAM_DOMAIN,
    accessAudience: settings.data.ACCESS_AUD || null,
    portalOrigin: settings.data.PORTAL_ORIGIN,
    apiOrigin: settings.data.API_ORIGIN || null,
    operatorEmails: new Set(
      settings.data.OPERATOR_EMAILS.split(',')
        .map((email) => email.trim().toLowerCase())
        .filter(Boolean),
    ),
    requests: bindings.TOKEN_REQUESTS ?? null,
    failures: bindings.FAILED_CREDENTIALS ?? null,
  };
  checked.set(bindings, env);
  return env;
}
