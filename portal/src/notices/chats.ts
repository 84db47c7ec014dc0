// Which chat a webhook's URL belongs to, by its host, so that nobody has to choose. Here and not beside `Receiver`, which comes
// with zod; apart from the form, because a host is judged without one.
import type { Receiver } from '../../../schema/webhook.ts';

/** `generic` if it is not a known one. */
export function chatOf(text: string): Receiver {
  if (!URL.canParse(text)) return 'generic';
  const { hostname, pathname } = new URL(text);
  if (/(^|\.)slack(-gov)?\.com$/.test(hostname)) return 'slack';
  if (/(^|\.)discord(app)?\.com$/.test(hostname) && pathname.startsWith('/api/webhooks/')) return 'discord';
  return /\.(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/.test(hostname) ? 'teams' : 'generic';
}
