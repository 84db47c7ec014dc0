// The way to a tenant's object. A stub is made only from the tenant of a verified credential, never from a parameter.
import type { DurableObject } from 'cloudflare:workers';
import type { Caller, Principal } from '../../objects/core/caller.ts';
import { isFull } from '../../objects/core/full.ts';
import { isUpgradeFailure } from '../../objects/core/migrations.ts';
import type { Tenant } from '../../objects/tenant.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Env } from './env.ts';
import { logFault, logUnreachable, type Trace } from './log.ts';
import { whyUnanswered } from './unanswered.ts';

const USER_AGENT_MAX_CHARACTERS = 256;

/** A method as called on the stub: its answer comes later. */
type Called<Method> = Method extends (...given: infer Given) => infer Answer
  ? (...given: Given) => Promise<Awaited<Answer>>
  : never;
/**
 * A tenant's object as the Worker asks it. Not the platform's own type of a stub: that type turns an answer with an
 * `unknown` in it into `never`, and a `never` fits every row.
 */
export type TenantObject = { [Name in Exclude<keyof Tenant, keyof DurableObject>]: Called<Tenant[Name]> } & Pick<
  Fetcher,
  'fetch'
>;

/** `tenant` is the id in the D1 row that the credential led to. `trace` learns how often the object is asked, and how long that takes. */
export const tenantObject = (env: Env, tenant: string, trace: Trace): TenantObject =>
  traced(env.tenants.getByName(tenant), tenant, trace);

/** What a call that ended in an exception is answered with; null: the exception is a defect. */
function refusalFor(error: unknown, tenant: string, trace: Trace): Refusal | null {
  // The platform has reset the object, and nothing of the call is kept.
  if (isFull(error))
    return refuse(
      'storage_full',
      'The tenant’s storage is full; nothing was kept of this. Keep what is unsent and try again later.',
    );
  if (isUpgradeFailure(error)) {
    logFault(trace, error);
    return refuse(
      'upgrade_failed',
      'What is kept is as it was before, but this version cannot read it. The operator knows; keep what is unsent and try again later.',
    );
  }
  const why = whyUnanswered(error);
  if (why === null) return null;
  // What reset an object may be a defect of ours.
  if (why === 'reset') logFault(trace, error);
  else logUnreachable(trace.requestId, tenant, why);
  // The platform itself has tried again where it knows that the call had not begun.
  return refuse(
    'tenant_unreachable',
    'The tenant’s object has too much to do, or is being moved; try again in a moment. If this was to change something, it may have: look first.',
  );
}

function traced(object: DurableObjectStub<Tenant>, tenant: string, trace: Trace): TenantObject {
  return new Proxy(object as unknown as TenantObject, {
    get: (stub, name) => {
      // Otherwise an `await` of the stub would take it for a promise.
      if (name === 'then') return undefined;
      return async (...given: unknown[]) => {
        const askedAt = Date.now();
        trace.objectCalls += 1;
        try {
          return await (stub as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>)[name]?.(...given);
        } catch (error) {
          const refusal = refusalFor(error, tenant, trace);
          if (refusal === null) throw error;
          return refusal;
        } finally {
          trace.objectMs += Date.now() - askedAt;
        }
      };
    },
  });
}

/** No tenant has an id with a colon, so this name belongs to nobody. It answers a ping and stores nothing. */
export const probeObject = (env: Env): DurableObjectStub<Tenant> => env.tenants.getByName('probe:health');

/** Who calls, as the object records it; the tenant comes with a row that was read. */
export function fromOf<P extends Principal>(
  request: Request,
  requestId: string,
  principal: P,
): Omit<Caller<P>, 'tenant'> {
  return {
    principal,
    requestId,
    ip: request.headers.get('cf-connecting-ip'),
    userAgent: request.headers.get('user-agent')?.slice(0, USER_AGENT_MAX_CHARACTERS).toWellFormed() ?? null,
  };
}

export const callerOf = <P extends Principal>(
  request: Request,
  requestId: string,
  tenant: string,
  principal: P,
): Caller<P> => ({ tenant, ...fromOf(request, requestId, principal) });
