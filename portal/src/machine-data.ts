// What a machine's page shows, read together and kept while it is read anew: told by the live connection, asked for while that is down.
import type { LitElement, ReactiveController } from 'lit';
import type { Machine, Run } from '../../schema/machine.ts';
import type { Secret } from '../../schema/secret.ts';
import { isProblem } from './api/http.ts';
import * as api from './api/tenant.ts';
import { Live } from './live.ts';
import { Polling } from './polling.ts';

/** While nothing comes by itself. */
const REFRESH_MS = 4_000;
const GROWS_OLDER_MS = 30_000;
/** A PC that reports every few seconds is read once for several of its reports. */
const NOT_OFTENER_MS = 500;

export type Loaded = { tenant: string; machine: Machine; runs: Run[]; secrets: Secret[]; readAt: number };

export class MachineData implements ReactiveController {
  readonly #host: LitElement;
  readonly #of: () => { tenant: string; machine: string };
  readonly #onRead: (loaded: Loaded) => Promise<void>;
  readonly #live: Live;
  loaded: Loaded | null = null;
  failure: unknown = null;
  #reading: Promise<void> | null = null;
  #again = false;
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** `onRead` reads what hangs on it, as the events of its run. */
  constructor(
    host: LitElement,
    of: () => { tenant: string; machine: string },
    onRead: (loaded: Loaded) => Promise<void>,
  ) {
    this.#host = host;
    this.#of = of;
    this.#onRead = onRead;
    host.addController(this);
    this.#live = new Live(host, () => of().tenant, {
      changed: (machines) => {
        const ids = this.#ids();
        if (machines.some(({ id }) => ids.has(id))) this.#readSoon();
      },
      resync: () => void this.read(),
    });
    // What says for how long something is so grows older while nothing is read.
    new Polling(host, GROWS_OLDER_MS, async () => host.requestUpdate());
    new Polling(host, REFRESH_MS, async () => {
      // What does not exist is not asked for again and again.
      if ((!this.live || this.failure) && !isProblem(this.failure, 'unknown_machine')) await this.read();
    });
  }

  hostDisconnected(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
  }

  get live(): boolean {
    return this.#live.state === 'live';
  }

  /** The machine's own id and those of the same PC. */
  #ids(): Set<string | null> {
    const { merged = [], mergedInto = null } = this.loaded?.machine ?? {};
    return new Set([this.#of().machine, mergedInto, ...merged.map(({ id }) => id)]);
  }

  forget(): void {
    this.loaded = null;
    this.failure = null;
  }

  #readSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.read();
    }, NOT_OFTENER_MS);
  }

  /** Reads everything anew. Who asks while it is under way gets what is read after that. */
  async read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = (async () => {
      do {
        this.#again = false;
        await this.#readOnce();
      } while (this.#again);
    })();
    await this.#reading;
    this.#reading = null;
  }

  async #readOnce(): Promise<void> {
    const { tenant, machine: wanted } = this.#of();
    const isWanted = () => this.#of().machine === wanted && this.#of().tenant === tenant;
    try {
      const [machine, { runs }, { secrets }] = await Promise.all([
        api.machine(tenant, wanted),
        api.runs(tenant, wanted),
        api.secrets(tenant, wanted),
      ]);
      if (!isWanted()) return;
      this.loaded = { tenant, machine, runs, secrets, readAt: Date.now() };
      this.failure = null;
      this.#host.requestUpdate();
      await this.#onRead(this.loaded);
    } catch (error) {
      if (!isWanted()) return;
      this.failure = error;
      this.#host.requestUpdate();
    }
  }
}
