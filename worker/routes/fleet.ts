// The handlers of the routes in schema/routes/fleet.ts: a line each.

import { fleet } from '../../schema/routes/fleet.ts';
import { openLive } from '../answers/live.ts';
import { handled } from '../core/route.ts';

export const fleetRoutes = handled(fleet, {
  'GET /v1/tenants/:tenant/overview': ({ object, caller, member, query }) =>
    object.overview(caller, member.tenantName, query),
  'GET /v1/tenants/:tenant/machines': ({ object, caller, query }) => object.machines(caller, query),
  'GET /v1/tenants/:tenant/search': ({ object, caller, query }) => object.search(caller, query.q),
  'GET /v1/tenants/:tenant/activity': ({ object, caller, query }) => object.activity(caller, query.days),
  'GET /v1/tenants/:tenant/clients': ({ object, caller, query }) => object.clients(caller, query),
  'GET /v1/tenants/:tenant/machines/:machine': ({ object, caller, params }) => object.machine(caller, params.machine),
  'GET /v1/tenants/:tenant/machines/:machine/history': ({ object, caller, params, query }) =>
    object.history(caller, params.machine, query),
  'GET /v1/tenants/:tenant/machines/:machine/runs': ({ object, caller, params, query }) =>
    object.runs(caller, params.machine, query),
  'POST /v1/tenants/:tenant/machines/:machine/archive': ({ object, caller, params }) =>
    object.archive(caller, params.machine),
  'POST /v1/tenants/:tenant/machines/:machine/restore': ({ object, caller, params }) =>
    object.restoreMachine(caller, params.machine),
  'POST /v1/tenants/:tenant/machines/:machine/acknowledge': ({ object, caller, params, body }) =>
    object.acknowledge(caller, params.machine, body),
  'POST /v1/tenants/:tenant/machines/:machine/split': ({ object, caller, params, body }) =>
    object.split(caller, params.machine, body),
  'POST /v1/tenants/:tenant/machines/:machine/merge': ({ object, caller, params, body }) =>
    object.merge(caller, params.machine, body.into),
  'POST /v1/tenants/:tenant/machines/:machine/unmerge': ({ object, caller, params }) =>
    object.unmerge(caller, params.machine),
  'GET /v1/tenants/:tenant/runs/:run': ({ object, caller, params }) => object.run(caller, params.run),
  'GET /v1/tenants/:tenant/runs/:run/events': ({ object, caller, params, query }) =>
    object.events(caller, params.run, query.after, query.limit),
  'GET /v1/tenants/:tenant/live': ({ object, caller, query: { cursor }, sessionEndsAt }) =>
    openLive(object, { caller, asked: { cursor, sessionEndsAt } }),
});
