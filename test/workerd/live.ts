// For tests in workerd. A live socket as a browser holds it.
import { exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import { LIVE_ACK, LIVE_PONG } from '../../schema/facts/live-socket.ts';
import { LiveMessage } from '../../schema/live.ts';
import type { Problem } from '../../schema/problem.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import { until } from '../support/until.ts';
import { accessToken, PORTAL, type TokenOptions } from './requests.ts';

/** A live socket as a browser holds it; by default it acknowledges what it hears. */
export class Listener {
  readonly heard: LiveMessage[] = [];
  closedWith: number | null = null;
  pongs = 0;
  /** Taken out: a browser that hears and is too slow to say so. */
  acks = true;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data === LIVE_PONG) {
        this.pongs++;
        return;
      }
      const message = LiveMessage.parse(JSON.parse(String(data)));
      this.heard.push(message);
      if (this.acks && (message.type === 'machines' || message.type === 'resync')) this.say(LIVE_ACK + message.cursor);
    });
    socket.addEventListener('close', ({ code }) => {
      this.closedWith = code;
    });
    socket.accept();
  }

  get cursor(): string {
    return this.heard.at(-1)?.cursor ?? '';
  }

  say(said: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(said);
  }

  leave(): void {
    this.#socket.close(1000);
  }
}

/** Opens a live socket through the Worker, as the portal does; a refusal's code where it is not accepted. */
export async function listen(
  email: string,
  tenant: string,
  {
    cursor,
    headers,
    claims,
  }: { cursor?: string; headers?: Record<string, string>; claims?: TokenOptions['claims'] } = {},
): Promise<Listener | RefusalCode> {
  const worker = exports as unknown as { default: Fetcher };
  const query = cursor === undefined ? '' : `?cursor=${cursor}`;
  const response = await worker.default.fetch(`https://api.example.com/v1/tenants/${tenant}/live${query}`, {
    headers: {
      'cf-access-jwt-assertion': await accessToken(email, { claims }),
      origin: PORTAL,
      upgrade: 'websocket',
      ...headers,
    },
  });
  return response.webSocket
    ? new Listener(response.webSocket)
    : (((await response.json()) as Problem).code as RefusalCode);
}

/** The same where it is accepted, once it has been said hello to. */
export async function mustListen(...asked: Parameters<typeof listen>): Promise<Listener> {
  const listener = await listen(...asked);
  if (!(listener instanceof Listener)) throw new Error(`refused: ${listener}`);
  await until(() => expect(listener.heard).not.toEqual([]));
  return listener;
}
