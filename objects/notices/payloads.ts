// A notice in the form that its receiver takes. A PC's words about itself are the only text from outside, and every
// form shows them as text.
import type { Notice, NoticeAbout, SentKind } from '../../schema/notice.ts';
import { NOTICE_WORDS } from '../../schema/notice-words.ts';
import { isolated } from '../../schema/shown-text.ts';
import type { Receiver } from '../../schema/webhook.ts';

/** The place in the portal that a notice leads to, below the tenant's own address. */
const PLACES: Partial<Record<SentKind, string>> = {
  reveal_budget_exceeded: 'audit',
  token_expiring: 'tokens',
  key_rotated: 'keys',
  key_retired: 'keys',
  key_destroyed: 'keys',
  root_replaced: 'keys',
  keyring_changed: 'keys',
  recovery_used: 'recovery',
  person_removed: 'people',
  limit_near: 'settings',
  storage_low: 'settings',
  webhook_paused: 'notices',
  test: 'notices',
};

const linkOf = ({ kind, tenant, about }: Notice, portal: string): string =>
  `${portal}/t/${tenant}/${about.machine ? `machines/${about.machine}` : (PLACES[kind] ?? '')}`;

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The facts a person needs at a glance; empty where the words of its kind say everything. */
function glance(about: NoticeAbout): string {
  const parts = [
    about.hostname ? isolated(about.hostname) : about.machine && `machine ${about.machine.slice(0, 8)}`,
    about.phase && `in phase ${isolated(about.phase)}`,
    about.secretKind && `${about.secretKind.replaceAll('_', ' ')}, version ${about.version}`,
    about.expiresAt !== undefined && `on ${day(about.expiresAt)}`,
    about.limit && `${about.limit}: ${about.used} of ${about.value}`,
    about.further && `and ${about.further} more`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** One line, without a link. Pure. */
export function lineOf({ kind, about }: Notice): string {
  const rest = glance(about);
  return rest ? `${NOTICE_WORDS[kind]}: ${rest}` : NOTICE_WORDS[kind];
}

/** Slack's three characters that begin something (its mrkdwn: links, mentions and entities). */
const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Markdown as Discord reads it: every sign of it is written as itself. */
const forDiscord = (text: string): string => text.replaceAll(/[\\`*_{}[\]()#+\-.!~|>:<@]/g, '\\$&');

/**
 * The body of one delivery. Slack takes `text`, Discord `content` (with no mention that would ring anybody's bell), Teams an adaptive card,
 * whose text runs know no markup; anything else gets the notice as it is. Pure.
 */
export function payloadOf(receiver: Receiver, written: string, portal: string): string {
  if (receiver === 'generic') return written;
  const notice: Notice = JSON.parse(written);
  const [line, link] = [lineOf(notice), linkOf(notice, portal)];
  switch (receiver) {
    case 'slack':
      return JSON.stringify({ text: `${forSlack(line)}\n<${link}|Open in TotlProvision>` });
    case 'discord':
      return JSON.stringify({
        content: `${forDiscord(line)}\n[Open in TotlProvision](<${link}>)`,
        allowed_mentions: { parse: [] },
      });
    case 'teams':
      return JSON.stringify({
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card(line, link) }],
      });
    default:
      return receiver satisfies never;
  }
}

/** Version 1.4 is what Teams shows everywhere. */
const card = (line: string, link: string) => ({
  type: 'AdaptiveCard',
  version: '1.4',
  body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: line }] }],
  actions: [{ type: 'Action.OpenUrl', title: 'Open in TotlProvision', url: link }],
});
