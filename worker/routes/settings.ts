// The handlers of the routes in schema/routes/settings.ts: a line each.
import { settings } from '../../schema/routes/settings.ts';
import { handled } from '../core/route.ts';

export const settingsRoutes = handled(settings, {
  'GET /v1/tenants/:tenant/settings': ({ object, caller }) => object.settings(caller),
  'POST /v1/tenants/:tenant/settings': ({ object, caller, body }) => object.changeSettings(caller, body),
  'GET /v1/tenants/:tenant/limits': ({ object, caller }) => object.limits(caller),
});
