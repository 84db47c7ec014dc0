// The live sockets of a tenant: after a commit, every listener is sent the machines that changed, each as it is then.
// Only its attachment is kept for a socket: a browser that is too slow, or was away for too long, reads the lists anew.

import { LIVE_ACK, LIVE_CLOSE, LIVE_PING, LIVE_PONG } from '../../schema/facts/live-socket.ts';
import type { LiveMessage } from '../../schema/live.ts';
import { LiveCursor } from '../../schema/live-cursor.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Caller, Person } from '../core/caller.ts';
import { listenTo } from '../core/changes.ts';
import { logSocket } from '../core/log.ts';
import { fleetCounts } from '../fleet/counts.ts';
import { summariesOf } from '../fleet/shown.ts';
import { RecentChanges } from './recent-changes.ts';
import { acknowledged, closeCode, next, type Subscription, sentTo } from './subscription.ts';

const FLUSH_EVERY_MS = 100;
/** Each message goes to each socket and is acknowledged by each: with hundreds of them it comes more seldom, so that reports still get their turn. */
export const flushEvery = (sockets: number): number => Math.max(FLUSH_EVERY_MS, sockets);
const MACHINES_A_MESSAGE = 200;
/** Tabs and screens of one person; beyond it their oldest goes. */
export const SOCKETS_A_PERSON = 16;
/** Each change is sent to each of them, so the object has to bound their number. */
export const SOCKETS_A_TENANT = 200;
/**
 * A socket that was closed is held until its browser has answered, which a script never does. One person has so many of those and the open ones:
 * enough for a laptop that has lost its network again and again.
 */
export const SOCKETS_HELD_A_PERSON = 4 * SOCKETS_A_PERSON;
/** A close code of the protocol itself: what was sent is not allowed (RFC 6455 §7.4.1). */
const POLICY_VIOLATION = 1008;
const ACK_MAX_CHARACTERS = LIVE_ACK.length + 64;

/** `cursor`: where the browser has got to. `sessionEndsAt`: when its Access token expires, ms since the epoch. */
export type LiveAsked = { cursor: string | undefined; sessionEndsAt: number };

export class Live {
  readonly #ctx: DurableObjectState;
  readonly #recent = new RecentChanges();
  /** Machines that changed since the last flush. Bounded by what can be written in that time. */
  readonly #changed = new Set<string>();
  #flushing = false;
  #flushedAt = 0;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(LIVE_PING, LIVE_PONG));
    listenTo(ctx.storage.sql, {
      machineChanged: (id) => this.#note(id),
      grantsChanged: () => queueMicrotask(() => this.#tellAdmins(Date.now())),
      // Not in the middle of a transaction, whose turn this is. Should it be rolled back: a socket that is closed comes again.
      personChanged: (id) => queueMicrotask(() => this.#close(this.#open(id), LIVE_CLOSE.not_allowed)),
      tenantClosed: (why) => {
        // A restore puts rows in without anybody noting them.
        if (why === 'restoring') this.#recent.forget();
        queueMicrotask(() =>
          this.#close(this.#open(), why === 'suspended' ? LIVE_CLOSE.not_allowed : LIVE_CLOSE.renew),
        );
      },
    });
  }

  /** Accepts a socket of somebody who has passed the gate, and says hello with what it missed. */
  accept(
    { principal, requestId, tenant }: Caller<Person>,
    { cursor, sessionEndsAt }: LiveAsked,
    now: number,
  ): Response | Refusal {
    if (this.#open().length >= SOCKETS_A_TENANT)
      return refuse('too_many_sockets', `The tenant has ${SOCKETS_A_TENANT} live connections; try again later.`);
    if (this.#ctx.getWebSockets(principal.id).length >= SOCKETS_HELD_A_PERSON)
      return refuse('too_many_sockets', 'Earlier connections of yours were closed and do not end; try again later.');
    const own = this.#open(principal.id).sort((a, b) => subscriptionOf(a).openedAt - subscriptionOf(b).openedAt);
    this.#close(own.slice(0, Math.max(0, own.length + 1 - SOCKETS_A_PERSON)), LIVE_CLOSE.too_many);
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [principal.id]);
    keep(server, {
      person: principal.id,
      role: principal.role,
      requestId,
      openedAt: now,
      sessionEndsAt,
      unacked: [],
      acked: null,
      behind: false,
    });
    const sockets = this.#open().length;
    logSocket({ what: 'opened', requestId, tenant, principalId: principal.id, closeCode: null, sockets });
    const missed = cursor === undefined ? null : this.#recent.since(cursor);
    if (cursor === undefined || missed === null || missed.length > MACHINES_A_MESSAGE)
      tell(server, { type: 'hello', cursor: this.#recent.cursor, resync: true });
    else {
      // Its own cursor, until it has received what it missed.
      tell(server, { type: 'hello', cursor, resync: false });
      if (missed.length > 0) this.#send([server], this.#message(missed, this.#recent.cursor), now);
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  /** What a browser says: an acknowledgement and nothing else. */
  heard(socket: WebSocket, said: string | ArrayBuffer, now: number): void {
    // A message that was on its way when the socket was closed.
    if (socket.readyState !== WebSocket.READY_STATE_OPEN) return;
    const ack = typeof said === 'string' && said.length <= ACK_MAX_CHARACTERS && said.startsWith(LIVE_ACK);
    const cursor = LiveCursor.safeParse(ack ? said.slice(LIVE_ACK.length) : null);
    const before = subscriptionOf(socket);
    const code = cursor.success ? closeCode(before, now) : POLICY_VIOLATION;
    if (!cursor.success || code !== null) {
      socket.close(code ?? POLICY_VIOLATION);
      return;
    }
    const after = acknowledged(before, cursor.data);
    if (after === null) {
      socket.close(POLICY_VIOLATION);
      return;
    }
    keep(socket, after);
    if (!after.behind || after.unacked.length > 0) return;
    keep(socket, { ...after, behind: false });
    this.#send([socket], { type: 'resync', cursor: this.#recent.cursor }, now);
  }

  /** `code` is the browser's, or ours that it has answered. */
  closed(socket: WebSocket, code: number, tenant: string): void {
    const { requestId, person } = subscriptionOf(socket);
    const sockets = this.#open().length;
    logSocket({ what: 'closed', requestId, tenant, principalId: person, closeCode: code, sockets });
  }

  /** The sockets that can be sent to: one person's, or everybody's. */
  #open(person?: string): WebSocket[] {
    return this.#ctx.getWebSockets(person).filter((socket) => socket.readyState === WebSocket.READY_STATE_OPEN);
  }

  /**
   * Told once and not acknowledged: an admin's page that is away asks how many wait when it comes back. The cursor of a slow one stays where
   * it is, or what was left out would be lost with its connection.
   */
  #tellAdmins(now: number): void {
    for (const socket of this.#open()) {
      const subscription = subscriptionOf(socket);
      if (subscription.role !== 'admin') continue;
      const code = closeCode(subscription, now);
      if (code === null) tell(socket, { type: 'requests', cursor: sentTo(subscription) ?? this.#recent.cursor });
      else this.#close([socket], code);
    }
  }

  #close(sockets: readonly WebSocket[], code: number): void {
    for (const socket of sockets) socket.close(code);
  }

  /** If nobody listens, nothing is noted, and earlier cursors no longer count. */
  #note(machine: string): void {
    // Whoever listened a moment ago is looked for at the flush.
    if (this.#flushing) {
      this.#changed.add(machine);
      return;
    }
    const sockets = this.#ctx.getWebSockets().length;
    if (sockets === 0) {
      this.#changed.clear();
      this.#recent.forget();
      return;
    }
    this.#changed.add(machine);
    this.#flushing = true;
    // At once after a quiet time. A timer that is set keeps the object from hibernating, so nothing noted is lost.
    setTimeout(() => this.#flush(Date.now()), Math.max(0, this.#flushedAt + flushEvery(sockets) - Date.now()));
  }

  #flush(now: number): void {
    this.#flushing = false;
    this.#flushedAt = now;
    const machines = [...this.#changed];
    this.#changed.clear();
    for (let start = 0; start < machines.length; start += MACHINES_A_MESSAGE) {
      const some = machines.slice(start, start + MACHINES_A_MESSAGE);
      const cursor = this.#recent.add(some);
      const sockets = this.#open();
      if (sockets.length > 0) this.#send(sockets, this.#message(some, cursor), now);
    }
  }

  #message(machines: readonly string[], cursor: string): LiveMessage {
    const { sql } = this.#ctx.storage;
    return { type: 'machines', cursor, machines: summariesOf(sql, machines), counts: fleetCounts(sql) };
  }

  /** Sends to each that may still listen and is not behind. */
  #send(sockets: readonly WebSocket[], message: LiveMessage, now: number): void {
    const text = JSON.stringify(message);
    for (const socket of sockets) {
      const before = subscriptionOf(socket);
      const code = closeCode(before, now);
      if (code !== null) {
        this.#close([socket], code);
        continue;
      }
      const after = next(before, message.cursor);
      if (before.behind && after.behind) continue;
      keep(socket, after);
      if (!after.behind) socket.send(text);
    }
  }
}

const subscriptionOf = (socket: WebSocket): Subscription => socket.deserializeAttachment();
const keep = (socket: WebSocket, subscription: Subscription): void => socket.serializeAttachment(subscription);
const tell = (socket: WebSocket, message: LiveMessage): void => socket.send(JSON.stringify(message));
