// How the Worker asks the object for a live socket: by `fetch`, the one call that can answer with a WebSocket. The header is the Worker's
// own, made anew for each call; an object's `fetch` has no other caller.
import type { Caller, Person } from '../core/caller.ts';
import type { LiveAsked } from './live.ts';

/** Holds a LiveUpgrade as JSON, percent-encoded: a header is ASCII, a name is not. */
export const CALLER_HEADER = 'x-totl-caller';

export type LiveUpgrade = { caller: Caller<Person>; asked: LiveAsked };

export function readUpgrade(request: Request): LiveUpgrade {
  const text = request.headers.get(CALLER_HEADER);
  if (text === null) throw new Error('only the Worker asks for a live socket, and it says for whom');
  return JSON.parse(decodeURIComponent(text));
}
