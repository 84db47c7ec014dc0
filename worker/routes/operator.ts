// The handlers of the routes in schema/routes/operator.ts: a line each.

import { operator } from '../../schema/routes/operator.ts';
import { createTenant, listTenants, onTenant, setSuspension } from '../answers/operator.ts';
import { handled } from '../core/route.ts';

export const operatorRoutes = handled(operator, {
  'GET /v1/operator/tenants': ({ query, ...c }) => listTenants(c, query),
  'POST /v1/operator/tenants': ({ body, ...c }) => createTenant(c, body),
  'GET /v1/operator/tenants/:tenant/inspect': (c) => onTenant(c, ({ object, caller }) => object.inspect(caller)),
  'GET /v1/operator/tenants/:tenant/limits': (c) => onTenant(c, ({ object, caller }) => object.operatedLimits(caller)),
  'POST /v1/operator/tenants/:tenant/limits': ({ body, ...c }) =>
    onTenant(c, ({ object, caller }) => object.changeLimits(caller, body)),
  'POST /v1/operator/tenants/:tenant/suspend': ({ body, ...c }) =>
    setSuspension(c, { status: 'suspended', reason: body.reason }),
  'POST /v1/operator/tenants/:tenant/resume': (c) => setSuspension(c, { status: 'active', reason: '' }),
  'POST /v1/operator/tenants/:tenant/restore': ({ body, ...c }) =>
    onTenant(c, ({ object, caller }) => object.restore(caller, body)),
  'POST /v1/operator/tenants/:tenant/restore/abort': (c) =>
    onTenant(c, ({ object, caller }) => object.abortRestore(caller)),
});
