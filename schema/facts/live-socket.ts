// The words of a live socket that are no JSON. Without zod: the portal's first screen uses them.

/** What a browser sends: `ping` (answered `pong` without waking the object), and `ack <cursor>` for each message. */
export const LIVE_PING = 'ping';
export const LIVE_PONG = 'pong';
export const LIVE_ACK = 'ack ';

/** Why the server closes a socket, as WebSocket close codes of an application's own range. */
export const LIVE_CLOSE = {
  /** Come again at once with the cursor: the right to listen is checked anew. */
  renew: 4000,
  /** The sign-in has expired: sign in first. */
  session_expired: 4401,
  /** No longer a member, the role has changed, or the tenant is suspended: ask `/v1/me` before coming again. */
  not_allowed: 4403,
  /** This person has opened too many: the oldest goes, and does not come again by itself. */
  too_many: 4429,
} as const;
