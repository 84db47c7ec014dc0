// The live connection: one socket a tenant and tab, shared by all listeners. It heals itself, and reports its state.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LIVE_ACK, LIVE_CLOSE, LIVE_PING, LIVE_PONG } from '../../../schema/facts/live-socket.ts';
import type { LiveMessage } from '../../../schema/live.ts';
import type { FleetCounts, MachineSummary } from '../../../schema/machine.ts';
import { urlOf } from './call.ts';
import { askSignIn, expired, MEMBERSHIP_CHANGED, SESSION_RESTORED, UNREACHABLE } from './http.ts';

/** `down`: nothing comes; the connection is retried by itself. */
export type LiveState = 'connecting' | 'live' | 'down';

export type LiveListener = {
  /** What changed, each machine as it is now, and the fleet's counters with it. */
  changed(machines: readonly MachineSummary[], counts: FleetCounts): void;
  /** Changes were missed: read the shown data anew. Also said at the first connection. */
  resync(): void;
  /** To admins: somebody asks for access, or no longer does. */
  requests?(): void;
};

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const PING_EVERY_MS = 25_000;
/** An answer that takes longer than this counts as none: the network has gone silently. */
const PONG_MS = 10_000;
/**
 * A connection without a greeting does not count either: proxies and scanners let a socket be opened and hold back what
 * comes through it.
 */
const HELLO_MS = 30_000;

/** Whether the server waits until this message is acknowledged. */
const isCounted = ({ type }: LiveMessage): boolean => type === 'machines' || type === 'resync';

class Connection {
  readonly #tenant: string;
  readonly #listeners = new Set<LiveListener>();
  readonly #onState: () => void;
  state: LiveState = 'connecting';
  #socket: WebSocket | null = null;
  #cursor: string | null = null;
  #retryMs = RETRY_FIRST_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #pong: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(tenant: string, onState: () => void) {
    this.#tenant = tenant;
    this.#onState = onState;
    window.addEventListener('online', this.#soon);
    window.addEventListener(SESSION_RESTORED, this.#soon);
    document.addEventListener('visibilitychange', this.#soon);
    this.#open();
  }

  add(listener: LiveListener): void {
    this.#listeners.add(listener);
  }

  /** True when nobody listens any more, and it has ended. */
  remove(listener: LiveListener): boolean {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return false;
    this.#ended = true;
    window.removeEventListener('online', this.#soon);
    window.removeEventListener(SESSION_RESTORED, this.#soon);
    document.removeEventListener('visibilitychange', this.#soon);
    this.#drop();
    return true;
  }

  #open(): void {
    const url = urlOf('GET /v1/tenants/:tenant/live', {
      params: { tenant: this.#tenant },
      query: { cursor: this.#cursor || undefined },
    });
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#pong = setTimeout(() => void this.#closed(0), HELLO_MS);
    socket.onmessage = ({ data }) => this.#heard(socket, String(data));
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) void this.#closed(code);
    };
  }

  #heard(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#pong);
    if (text === LIVE_PONG) return;
    const message = JSON.parse(text) as LiveMessage;
    this.#cursor = message.cursor;
    if (message.type === 'hello') {
      this.#retryMs = RETRY_FIRST_MS;
      this.#set('live');
      clearInterval(this.#ping);
      this.#ping = setInterval(this.#probe, PING_EVERY_MS);
    }
    // Acknowledged once it is worked off: the server tells a slow browser so, and it reads anew.
    try {
      if (message.type === 'machines')
        for (const listener of this.#listeners) listener.changed(message.machines, message.counts);
      else if (message.type === 'requests') for (const listener of this.#listeners) listener.requests?.();
      else if (message.type === 'resync' || message.resync) for (const listener of this.#listeners) listener.resync();
    } finally {
      if (isCounted(message) && socket.readyState === WebSocket.OPEN) socket.send(LIVE_ACK + message.cursor);
    }
  }

  #probe = (): void => {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(LIVE_PING);
    clearTimeout(this.#pong);
    // Not `close`, which would wait for the other end: it is not there.
    this.#pong = setTimeout(() => void this.#closed(0), PONG_MS);
  };

  async #closed(code: number): Promise<void> {
    this.#drop();
    if (this.#ended) return;
    if (code === LIVE_CLOSE.renew) return this.#open();
    this.#set('down');
    // Sixteen others of this person are open, and coming back would close one of them: not before somebody looks at this one.
    if (code === LIVE_CLOSE.too_many) return;
    if (code === LIVE_CLOSE.not_allowed) window.dispatchEvent(new CustomEvent(MEMBERSHIP_CHANGED));
    // Spread out, so that a fleet of portals does not come back in one instant.
    const wait = this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.#again, wait);
    // A refused upgrade says nothing to a page: a separate request finds out whether the sign-in or the server is the
    // reason.
    const signIn = await askSignIn();
    if (this.#socket !== null || this.#ended) return;
    if (signIn !== 'signed_out') return void window.dispatchEvent(new CustomEvent(UNREACHABLE));
    clearTimeout(this.#retry);
    expired();
  }

  #again = (): void => {
    clearTimeout(this.#retry);
    if (!this.#ended && this.#socket === null) this.#open();
  };

  /** The network or server may be back: try now. */
  #soon = (): void => {
    if (this.state === 'down' && !document.hidden) this.#again();
  };

  #drop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    clearTimeout(this.#pong);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #set(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.#onState();
  }
}

const connections = new Map<string, Connection>();
const stateListeners = new Set<() => void>();

function listen(tenant: string, listener: LiveListener): () => void {
  let connection = connections.get(tenant);
  if (!connection) {
    connection = new Connection(tenant, () => {
      for (const changed of stateListeners) changed();
    });
    connections.set(tenant, connection);
  }
  const held = connection;
  held.add(listener);
  return () => {
    if (held.remove(listener)) connections.delete(tenant);
  };
}

/** Listens for its host while that is in the document, and renews it when the connection's state changes. */
export class Live implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string | null;
  readonly #listener: LiveListener;
  #isConnected = false;
  #listening: { tenant: string; stop: () => void } | null = null;

  /** `tenant`: null while there is none to listen to. */
  constructor(host: ReactiveControllerHost, tenant: () => string | null, listener: LiveListener) {
    this.#host = host;
    this.#tenant = tenant;
    this.#listener = listener;
    host.addController(this);
  }

  get state(): LiveState {
    return connections.get(this.#tenant() ?? '')?.state ?? 'connecting';
  }

  hostConnected(): void {
    this.#isConnected = true;
    stateListeners.add(this.#changed);
  }

  /** The host's tenant is known from its first update on, and may change. */
  hostUpdate(): void {
    const tenant = this.#tenant();
    // An update that was due when its host was taken out still comes, and would listen for ever.
    if (!this.#isConnected || tenant === (this.#listening?.tenant ?? null)) return;
    this.#listening?.stop();
    this.#listening = tenant === null ? null : { tenant, stop: listen(tenant, this.#listener) };
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    stateListeners.delete(this.#changed);
    this.#listening?.stop();
    this.#listening = null;
  }

  #changed = (): void => this.#host.requestUpdate();
}
