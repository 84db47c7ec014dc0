import { expect, it } from 'vitest';
import { chatOf } from './chats.ts';

it.each([
  ['https://hooks.slack.com/services/T0/B0/x', 'slack'],
  ['https://hooks.slack-gov.com/services/T0/B0/x', 'slack'],
  ['https://discord.com/api/webhooks/1/x', 'discord'],
  ['https://ptb.discord.com/api/webhooks/1/x', 'discord'],
  ['https://discord.com/channels/1', 'generic'],
  ['https://contoso.webhook.office.com/webhookb2/x', 'teams'],
  ['https://prod-1.westeurope.logic.azure.com/workflows/x', 'teams'],
  ['https://default1.2.environment.api.powerplatform.com/powerautomate/x', 'teams'],
  ['https://notslack.com/x', 'generic'],
  ['https://slack.com.example.org/x', 'generic'],
  ['https://', 'generic'],
  ['', 'generic'],
])('%s is read by %s', (url, receiver) => {
  expect(chatOf(url)).toBe(receiver);
});
