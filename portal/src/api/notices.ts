// The API of notices and backups.
import type { BackupRequested, BackupState } from '../../../schema/backup.ts';
import type {
  DeliveryList,
  TestQueued,
  Webhook,
  WebhookActed,
  WebhookChange,
  WebhookList,
  WebhookMade,
  WebhookWrite,
} from '../../../schema/webhook.ts';
import { call } from './http.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

export const webhooks = (tenant: string): Promise<WebhookList> => call(at(tenant, 'webhooks'));
/** Adds a webhook; its secret is in this answer and nowhere after. */
export const addWebhook = (tenant: string, write: WebhookWrite): Promise<WebhookMade> =>
  call(at(tenant, 'webhooks'), write);
export const changeWebhook = (tenant: string, webhook: string, change: WebhookChange): Promise<Webhook> =>
  call(at(tenant, `webhooks/${webhook}/change`), change);
export const removeWebhook = (tenant: string, webhook: string): Promise<WebhookActed> =>
  call(at(tenant, `webhooks/${webhook}/remove`), {});
export const pauseWebhook = (tenant: string, webhook: string, paused: boolean): Promise<Webhook> =>
  call(at(tenant, `webhooks/${webhook}/pause`), { paused });
export const testWebhook = (tenant: string, webhook: string): Promise<TestQueued> =>
  call(at(tenant, `webhooks/${webhook}/test`), {});
export const deliveries = (tenant: string, webhook: string): Promise<DeliveryList> =>
  call(at(tenant, `webhooks/${webhook}/deliveries`));

export const backup = (tenant: string): Promise<BackupState> => call(at(tenant, 'backup'));
export const runBackup = (tenant: string): Promise<BackupRequested> => call(at(tenant, 'backup/run'), {});
