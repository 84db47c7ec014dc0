// Whether a reason begins with a ticket: the server's rule, which the portal asks too before anybody unlocks anything.

const PLACES: Record<string, string> = { '#': '[0-9]', '*': '[A-Za-z0-9]+' };

/**
 * By a pattern (schema/ticket.ts), which never backtracks; after a space, anything may follow. Whatever else a sign may be, it is that sign: a
 * portal has the pattern from a server.
 */
export function beginsWithTicket(pattern: string, reason: string): boolean {
  const ticket = [...pattern].map((sign) => PLACES[sign] ?? sign.replace(/[^A-Za-z0-9]/, '\\$&')).join('');
  return new RegExp(`^${ticket}(?:\\s|$)`, 'i').test(reason.trim());
}
