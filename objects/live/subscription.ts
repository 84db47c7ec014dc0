// What the object knows of one live socket. It is kept whole in the socket's attachment, so hibernation forgets none of it. Pure.
import { LIVE_CLOSE } from '../../schema/facts/live-socket.ts';
import type { Role } from '../../schema/person.ts';

/** Access tokens live for up to a day and more; the right to listen is checked anew at least this often. */
export const RENEW_AFTER_MS = 3_600_000;
/** How many messages a browser may leave unacknowledged before it counts as slow. */
export const UNACKED_MAX = 8;

export type Subscription = {
  person: string;
  /** Their role when they connected; a changed one closes the socket. */
  role: Role;
  /** Of the request that opened it, for the log. */
  requestId: string;
  openedAt: number;
  /** When the Access token expires, ms since the epoch. */
  sessionEndsAt: number;
  /** The cursors of the messages that are not acknowledged yet, in the order they were sent. */
  unacked: string[];
  /** The last one that was acknowledged; null: none yet. */
  acked: string | null;
  /** Something was left out: nothing more is sent until all is acknowledged, then one `resync`. */
  behind: boolean;
};

/** With which code a socket is to be closed now; null: it may stay. */
export function closeCode({ openedAt, sessionEndsAt }: Subscription, now: number): number | null {
  if (now >= sessionEndsAt) return LIVE_CLOSE.session_expired;
  return now >= openedAt + RENEW_AFTER_MS ? LIVE_CLOSE.renew : null;
}

/**
 * The next state of a subscription that is to be sent the message with this cursor; if it is `behind` afterwards, the
 * message is not sent.
 */
export const next = (before: Subscription, cursor: string): Subscription =>
  before.behind || before.unacked.length >= UNACKED_MAX
    ? { ...before, behind: true }
    : { ...before, unacked: [...before.unacked, cursor] };

/** Where the browser gets to with what it was sent; null: as far as there is anything. */
export const sentTo = ({ behind, unacked }: Subscription): string | null => (behind ? (unacked.at(-1) ?? null) : null);

/**
 * After an acknowledgement of this message and all before it. A repeated acknowledgement changes nothing; null: the
 * message was never sent.
 */
export function acknowledged(before: Subscription, cursor: string): Subscription | null {
  if (before.unacked.includes(cursor))
    return { ...before, unacked: before.unacked.slice(before.unacked.indexOf(cursor) + 1), acked: cursor };
  return before.acked === cursor ? before : null;
}
