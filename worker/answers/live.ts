// The way of a WebSocket to a tenant's object. A header made here says who asks: none of the client's own headers goes
// along.
import { CALLER_HEADER, type LiveUpgrade } from '../../objects/live/upgrade.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import type { TenantObject } from '../core/forward.ts';

/** Whether this request asks for a WebSocket. Null: it does. */
export const requireUpgrade = (request: Request): Refusal | null =>
  request.headers.get('upgrade')?.toLowerCase() === 'websocket'
    ? null
    : refuse('upgrade_required', 'Ask for a WebSocket: Upgrade must be websocket.');

/** Asks the object to accept a socket. A success is its 101, which has to be passed on as it is. */
export async function openLive(object: TenantObject, upgrade: LiveUpgrade): Promise<Response | Refusal> {
  // Where the call itself failed, the way to the object has a refusal in place of an answer.
  const answer: Response | Refusal = await object.fetch('https://object/live', {
    headers: { upgrade: 'websocket', [CALLER_HEADER]: encodeURIComponent(JSON.stringify(upgrade)) },
  });
  if (isRefusal(answer)) return answer;
  return answer.webSocket ? answer : answer.json<Refusal>();
}
