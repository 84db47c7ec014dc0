// `wrangler tail`: a tail is asked for by a call and read by a WebSocket of the sub-protocol trace-v1, one event a message.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Account, hex } from './account.ts';
import { ok } from './answer.ts';
import type { Answers } from './asked.ts';
import type { TailEvent } from './runtime.ts';

const TAILS = '/accounts/:account/workers/scripts/:script/tails';
const PATH = '/tails/';
const LIFE_MS = 6 * 3_600_000;
/** RFC 6455 §1.3. */
const HANDSHAKE = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE, PING, PONG] = [0x81, 0x88, 0x09, 0x8a];

/** An unmasked frame, as a server sends it (RFC 6455 §5.2). */
function frame(first: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 4);
  head[0] = first;
  head[1] = Math.min(payload.length, 126);
  if (payload.length >= 65_536) throw new Error('an event is longer than the stand-in sends');
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The listeners of an account's Workers. */
export class Tails {
  readonly #account: Account;
  readonly #sockets = new Map<string, Duplex>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** `origin` is where the stand-in itself listens. */
  answers(origin: () => string): Answers {
    return {
      [`POST ${TAILS}`]: (asked) => {
        const { name } = this.#account.worker(asked.get('script'));
        const id = hex();
        this.#account.tails.set(id, name);
        return ok({
          id,
          url: `${origin().replace(/^http/, 'ws')}${PATH}${id}`,
          expires_at: new Date(Date.now() + LIFE_MS).toISOString(),
        });
      },
      [`DELETE ${TAILS}/:tail`]: (asked) => {
        this.#account.tails.delete(asked.get('tail'));
        return ok(null);
      },
    };
  }

  /** How many listen now. */
  get count(): number {
    return this.#sockets.size;
  }

  /** A Worker's events, to all who listen to it. */
  tell(worker: string, events: readonly TailEvent[]): void {
    for (const [id, socket] of this.#sockets)
      if (this.#account.tails.get(id) === worker)
        for (const event of events) socket.write(frame(TEXT, Buffer.from(JSON.stringify(event))));
  }

  /** wrangler's first message comes without a mask, which a strict library refuses and Cloudflare takes. */
  upgrade(request: IncomingMessage, socket: Duplex): void {
    const id = request.url?.startsWith(PATH) ? request.url.slice(PATH.length) : '';
    socket.on('error', () => socket.destroy());
    if (!this.#account.tails.has(id)) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    const key = `${request.headers['sec-websocket-key']}${HANDSHAKE}`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: trace-v1\r\n\r\n`,
    );
    this.#sockets.set(id, socket);
    socket.on('data', (data: Buffer) => {
      const opcode = (data[0] ?? 0) & 15;
      if (opcode === PING) socket.write(frame(PONG, Buffer.alloc(0)));
      if (opcode === (CLOSE & 15)) socket.end(frame(CLOSE, Buffer.alloc(0)));
    });
    socket.on('close', () => this.#sockets.delete(id));
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}
