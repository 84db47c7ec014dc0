// The handlers of the routes in schema/routes/secrets.ts: a line each.

import { secrets } from '../../schema/routes/secrets.ts';
import { handled } from '../core/route.ts';
import { receipted } from './engine.ts';

export const secretsRoutes = handled(secrets, {
  'POST /v1/tenants/:tenant/secrets/:secret/confirm': ({ object, caller, params, body }) =>
    object.confirmSecret(caller, params.secret, body),
  'POST /v1/tenants/:tenant/secrets/:secret/rotated': ({ object, caller, params, body }) =>
    object.sayRotated(caller, params.secret, body),
  'POST /v1/tenants/:tenant/ciphertexts/page': ({ object, caller, body }) => object.bulkPage(caller, body),
  'POST /v1/tenants/:tenant/ciphertexts/findings': ({ object, caller, body }) => object.takeFindings(caller, body),
  'GET /v1/tenants/:tenant/machines/:machine/secrets': ({ object, caller, params, query }) =>
    object.secrets(caller, params.machine, query),
  'GET /v1/tenants/:tenant/secrets/:secret/versions': ({ object, caller, params, query }) =>
    object.versions(caller, params.secret, query),
  'POST /v1/tenants/:tenant/machines/:machine/secrets': async ({ object, caller, params, body }) =>
    receipted(await object.addByHand(caller, params.machine, body)),
  'POST /v1/tenants/:tenant/spool/report': ({ object, caller, body }) => object.uploadReport(caller, body),
  'POST /v1/tenants/:tenant/spool/secret': async ({ object, caller, body }) =>
    receipted(await object.uploadSecret(caller, body)),
  'POST /v1/tenants/:tenant/secrets/:secret/reveal': ({ object, caller, params, body }) =>
    object.reveal(caller, params.secret, body),
});
