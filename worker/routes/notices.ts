// The handlers of the routes in schema/routes/notices.ts: a line each.
import { notices } from '../../schema/routes/notices.ts';
import { handled } from '../core/route.ts';

export const noticesRoutes = handled(notices, {
  'GET /v1/tenants/:tenant/webhooks': ({ object, caller }) => object.webhooks(caller),
  'POST /v1/tenants/:tenant/webhooks': ({ object, caller, body }) => object.addWebhook(caller, body),
  'GET /v1/tenants/:tenant/webhooks/:webhook/deliveries': ({ object, caller, params }) =>
    object.deliveries(caller, params.webhook),
  'POST /v1/tenants/:tenant/webhooks/:webhook/test': ({ object, caller, params }) =>
    object.testWebhook(caller, params.webhook),
  'POST /v1/tenants/:tenant/webhooks/:webhook/pause': ({ object, caller, params, body }) =>
    object.pauseWebhook(caller, params.webhook, body.paused),
  'POST /v1/tenants/:tenant/webhooks/:webhook/change': ({ object, caller, params, body }) =>
    object.changeWebhook(caller, params.webhook, body),
  'POST /v1/tenants/:tenant/webhooks/:webhook/remove': ({ object, caller, params }) =>
    object.removeWebhook(caller, params.webhook),
});
