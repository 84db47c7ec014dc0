// The API of notices: where they go, and how each of them went.
import type { WebhookChange, WebhookWrite } from '../../../schema/webhook.ts';
import { call } from './call.ts';

export const webhooks = (tenant: string) => call('GET /v1/tenants/:tenant/webhooks', { params: { tenant } });
/** Adds a webhook; its secret is in this answer and nowhere after. */
export const addWebhook = (tenant: string, body: WebhookWrite) =>
  call('POST /v1/tenants/:tenant/webhooks', { params: { tenant }, body });
export const changeWebhook = (tenant: string, webhook: string, body: WebhookChange) =>
  call('POST /v1/tenants/:tenant/webhooks/:webhook/change', { params: { tenant, webhook }, body });
export const removeWebhook = (tenant: string, webhook: string) =>
  call('POST /v1/tenants/:tenant/webhooks/:webhook/remove', { params: { tenant, webhook } });
export const pauseWebhook = (tenant: string, webhook: string, paused: boolean) =>
  call('POST /v1/tenants/:tenant/webhooks/:webhook/pause', { params: { tenant, webhook }, body: { paused } });
export const testWebhook = (tenant: string, webhook: string) =>
  call('POST /v1/tenants/:tenant/webhooks/:webhook/test', { params: { tenant, webhook } });
export const deliveries = (tenant: string, webhook: string) =>
  call('GET /v1/tenants/:tenant/webhooks/:webhook/deliveries', { params: { tenant, webhook } });
