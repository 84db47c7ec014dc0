// What operators ask about tenants: rows of the index, and each tenant's own counts from its object.
import { base64urlnopad } from '@scure/base';
import * as z from 'zod';
import type { Caller, Operator } from '../../objects/core/caller.ts';
import { within } from '../../objects/core/within.ts';
import type {
  TenantCreate,
  TenantCreated,
  TenantPage,
  TenantStatus,
  TenantSuspension,
  TenantsQuery,
} from '../../schema/operator.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import type { Env } from '../core/env.ts';
import { type TenantObject, tenantObject } from '../core/forward.ts';
import { ensureTenant, findTenant, type TenantRow, tenantsAfter } from '../core/index-db.ts';
import { logUnreachable, type Trace } from '../core/log.ts';
import type { Answered } from '../core/route.ts';

/** One object that hangs must not withhold the whole page from an operator. */
const CENSUS_TIMEOUT_MS = 5_000;

type From = Omit<Caller<Operator>, 'tenant'>;
type Page = { env: Env; from: From; trace: Trace };
const Place = z.tuple([z.string(), z.string()]);

const cursorOf = ({ name, id }: TenantRow): string =>
  base64urlnopad.encode(new TextEncoder().encode(JSON.stringify([name, id])));

function placeOf(cursor: string): [string, string] | null {
  try {
    return Place.parse(JSON.parse(new TextDecoder().decode(base64urlnopad.decode(cursor))));
  } catch {
    return null;
  }
}

/** A page of tenants with their counts. Refuses invalid_query for a cursor that we did not make. */
export async function listTenants(
  { env, from, trace }: Page,
  { after, limit }: TenantsQuery,
): Promise<TenantPage | Refusal> {
  const place = after === undefined ? null : placeOf(after);
  if (after !== undefined && place === null)
    return refuse('invalid_query', 'after: must be a cursor from an earlier answer.');
  const rows = await tenantsAfter(env.index, place, limit + 1);
  const shown = rows.slice(0, limit);
  const tenants = await Promise.all(
    shown.map(async (row) => {
      const { status, counts } = (await censusOf({ env, from, trace }, row)) ?? { status: row.status, counts: null };
      return { id: row.id, name: row.name, status, createdAt: row.createdAt, counts };
    }),
  );
  const last = shown.at(-1);
  return { tenants, next: rows.length > limit && last ? cursorOf(last) : null };
}

/** Null where the object does not answer, or not in time. */
async function censusOf({ env, from, trace }: Page, row: TenantRow) {
  try {
    const standing = { status: row.status, version: row.version };
    const census = await within(
      CENSUS_TIMEOUT_MS,
      tenantObject(env, row.id, trace).census({ ...from, tenant: row.id }, standing),
    );
    return isRefusal(census) ? null : census;
  } catch {
    logUnreachable(trace.requestId, row.id, null);
    return null;
  }
}

/**
 * Writes the tenant's row, then has its object begin with a first admin. Refuses tenant_conflict. Asked again by the name of its act, it
 * answers the same tenant: where no id is given, the name is the id.
 */
export async function createTenant(
  { env, from, trace }: { env: Env; from: From; trace: Trace },
  { id, name, firstAdmin }: TenantCreate,
): Promise<Answered<TenantCreated> | Refusal> {
  const row = await ensureTenant(env.index, id ?? from.act ?? crypto.randomUUID(), name);
  trace.tenant = row.id;
  const caller = { ...from, tenant: row.id, act: undefined };
  const result = await tenantObject(env, row.id, trace).create(caller, { row, name, firstAdmin });
  return isRefusal(result) ? result : { status: result.created ? 201 : 200, json: result.tenant };
}

type Asked = { env: Env; from: From; trace: Trace; params: { tenant: string } };
type OnTenant = { object: TenantObject; caller: Caller<Operator>; row: TenantRow };

/** Does something to the tenant that the path names, whatever its status. Refuses unknown_tenant. */
export async function onTenant<Answer>(
  { env, from, trace, params }: Asked,
  act: (on: OnTenant) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  const row = await findTenant(env.index, params.tenant);
  if (!row) return refuse('unknown_tenant', 'There is no tenant with this id.');
  trace.tenant = row.id;
  return act({ object: tenantObject(env, row.id, trace), caller: { ...from, tenant: row.id }, row });
}

/** Suspends or resumes a tenant. */
export const setSuspension = (
  asked: Asked,
  wanted: { status: TenantStatus; reason: string },
): Promise<TenantSuspension | Refusal> =>
  onTenant(asked, async ({ object, caller, row: { status, version } }) =>
    object.setSuspension(caller, { status, version }, wanted),
  );
