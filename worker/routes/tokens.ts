// The handlers of the routes in schema/routes/tokens.ts: a line each.
import { tokens } from '../../schema/routes/tokens.ts';
import { handled } from '../core/route.ts';

export const tokensRoutes = handled(tokens, {
  'GET /v1/tenants/:tenant/tokens': ({ object, caller, query }) => object.tokens(caller, query),
  'POST /v1/tenants/:tenant/tokens': ({ object, caller, body }) => object.issueToken(caller, body),
  'POST /v1/tenants/:tenant/tokens/:token/rotate': ({ object, caller, params, body }) =>
    object.rotateToken(caller, params.token, body),
  'POST /v1/tenants/:tenant/tokens/:token/revoke': ({ object, caller, params }) =>
    object.revokeToken(caller, params.token),
  'GET /v1/tenants/:tenant/tokens/:token/brought': ({ object, caller, params, query }) =>
    object.brought(caller, params.token, query),
  'POST /v1/tenants/:tenant/tokens/:token/set-aside': ({ object, caller, params, body }) =>
    object.setAside(caller, params.token, body),
  'POST /v1/tenants/:tenant/tokens/:token/bring-back': ({ object, caller, params }) =>
    object.bringBackAside(caller, params.token),
});
