// Webhooks and their deliveries.
import type { Refusal } from '../../schema/refusal.ts';
import type {
  DeliveryList,
  TestQueued,
  Webhook,
  WebhookActed,
  WebhookChange,
  WebhookList,
  WebhookMade,
  WebhookWrite,
} from '../../schema/webhook.ts';
import type { Caller, Person } from '../core/caller.ts';
import * as webhooks from '../notices/webhooks.ts';
import { AuditCalls } from './audit.ts';

export abstract class NoticesCalls extends AuditCalls {
  webhooks(caller: Caller<Person>): WebhookList | Refusal {
    return this.gate.admins(caller, 'webhooks', () => webhooks.listWebhooks(this.sql));
  }

  addWebhook(caller: Caller<Person>, write: WebhookWrite): WebhookMade | Refusal {
    return this.gate.admins(
      caller,
      'webhooks',
      this.gate.paced('personActs', caller, (now) =>
        webhooks.addWebhook(this.ctx.storage, caller, write, this.env, now),
      ),
    );
  }

  changeWebhook(caller: Caller<Person>, id: string, change: WebhookChange): Webhook | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) =>
        webhooks.changeWebhook({ storage: this.ctx.storage, caller, now }, id, change, this.env),
      ),
    );
  }

  removeWebhook(caller: Caller<Person>, id: string): WebhookActed | Refusal {
    return this.gate.admins(caller, id, (now) => webhooks.removeWebhook(this.ctx.storage, caller, id, now));
  }

  pauseWebhook(caller: Caller<Person>, id: string, paused: boolean): Webhook | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) => webhooks.pauseWebhook(this.ctx.storage, caller, id, paused, now)),
    );
  }

  testWebhook(caller: Caller<Person>, id: string): TestQueued | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('webhookTests', caller, (now) => webhooks.testWebhook(this.ctx.storage, caller, id, now)),
    );
  }

  deliveries(caller: Caller<Person>, id: string): DeliveryList | Refusal {
    return this.gate.admins(caller, id, () => webhooks.deliveryLog(this.sql, id));
  }
}
