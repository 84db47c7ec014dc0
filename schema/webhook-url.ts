// Where a webhook may lead. Without zod: an object looks at each URL again before it sends.

/** Names that never belong to a receiver on the public internet (RFC 6761, RFC 6762, RFC 8375 and common usage). */
const PRIVATE_SUFFIXES = 'localhost local internal intranet private corp home lan arpa test invalid onion'.split(' ');

/**
 * The origins of an installation: a webhook never leads back into it. On localhost it is a developer's own machine, and
 * webhooks may be there too.
 */
export type House = { PORTAL_ORIGIN: string; API_ORIGIN?: string | undefined };

export const onLocalhost = ({ PORTAL_ORIGIN }: House): boolean => new URL(PORTAL_ORIGIN).hostname === 'localhost';

/** A name with a dot at its end is the same name: the dot is removed, so that it cannot evade a comparison. */
const bareHost = (url: URL): string => url.hostname.replace(/\.+$/, '');

const isOwn = (host: string, house: House): boolean =>
  [house.PORTAL_ORIGIN, house.API_ORIGIN || house.PORTAL_ORIGIN]
    .map((origin) => bareHost(new URL(origin)))
    .some((own) => host === own || host.endsWith(`.${own}`));

/** The URL as it is kept and called: without dots after its host. */
export function webhookUrl(text: string): string {
  const url = new URL(text);
  if (!url.hostname.endsWith('.')) return text;
  url.hostname = bareHost(url);
  return url.href;
}

/**
 * What is wrong with a webhook's URL, or null. The URL parser has already turned every spelling of an IPv4 address (2130706433, 0x7f.1)
 * into its dotted form. Only 443: another port is a service that expects no webhook.
 */
export function webhookUrlFault(text: string, house: House): string | null {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.username || url.password) return 'must not hold credentials';
  const host = bareHost(url);
  if (onLocalhost(house) && host === 'localhost' && ['http:', 'https:'].includes(url.protocol)) return null;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return 'must name a host, not an address';
  if (url.port !== '') return 'must be on port 443';
  const labels = host.split('.');
  if (labels.length < 2 || labels.includes('') || PRIVATE_SUFFIXES.includes(labels.at(-1) ?? ''))
    return 'must name a host on the public internet';
  return isOwn(host, house) ? 'must not lead back into this installation' : null;
}
