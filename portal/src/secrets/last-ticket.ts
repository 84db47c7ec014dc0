// The ticket of this tab's last reveal, to be offered at the next one: a call is often about more than one secret.
import { beginsWithTicket } from '../../../schema/facts/begins-with-ticket.ts';
import { tabMemory } from '../core/memory.ts';
import { notedPerson } from '../core/noted-person.ts';

/** The form of tickets where a tenant has set no pattern: INC-00042, #4711, SR12345. */
const TICKET = /^(?:#\d{2,}|[A-Za-z]{1,10}[-_#/]?\d{2,}[A-Za-z0-9-]*)(?=\s|:|$)/;

/** The next person at this browser is about something else. */
const nameOf = (tenant: string): string => `totl-last-ticket:${tenant}:${notedPerson()}`;

/** The ticket that a reason begins with; with a pattern, whatever its first word is, since the server has accepted it. */
export function ticketOf(reason: string, pattern: string | null): string | null {
  const [first = ''] = reason.trim().split(/\s/);
  if (pattern !== null) return first || null;
  return TICKET.exec(reason.trim())?.[0] ?? null;
}

export function keepTicket(tenant: string, ticket: string | null): void {
  if (ticket !== null) tabMemory.write(nameOf(tenant), ticket);
}

/** Null where there was none, or the pattern of now asks for another form. */
export function lastTicket(tenant: string, pattern: string | null): string | null {
  const ticket = tabMemory.read(nameOf(tenant));
  return ticket !== null && (pattern === null || beginsWithTicket(pattern, ticket)) ? ticket : null;
}
