// A machine page's data, read together and kept while it is read anew: when the live connection says so, or by polling
// while that is down.
import type { LitElement, ReactiveController } from 'lit';
import type { Machine, Run } from '../../../schema/machine.ts';
import type { Secret } from '../../../schema/secret.ts';
import { isProblem } from '../api/http.ts';
import { Live } from '../api/live.ts';
import * as machinesApi from '../api/machines.ts';
import * as secretsApi from '../api/secrets.ts';
import { PagesRead } from '../core/pages-read.ts';
import { Polling } from '../core/polling.ts';

/** The interval of polling while nothing comes by itself. */
const REFRESH_MS = 4_000;
const GROWS_OLDER_MS = 30_000;
/** A PC that reports every few seconds is read once for several of its reports. */
const NOT_OFTENER_MS = 500;

/** `more…`: there are further ones, which somebody has to ask for. */
export type Loaded = {
  tenant: string;
  machine: Machine;
  runs: Run[];
  moreRuns: boolean;
  secrets: Secret[];
  moreSecrets: boolean;
  /** Items that were set aside; null if there are none. */
  aside: Pick<Loaded, 'runs' | 'moreRuns' | 'secrets' | 'moreSecrets'> | null;
  readAt: number;
};

/** The lists that come in pages. */
export type PagedList = 'runs' | 'secrets' | 'history' | 'runsAside' | 'secretsAside';

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
  readonly #runs = new PagesRead();
  readonly #secrets = new PagesRead();
  readonly #history = new PagesRead();
  readonly #runsAside = new PagesRead();
  readonly #secretsAside = new PagesRead();
  /** Which secrets are looked for; null: all. */
  secretFilter: secretsApi.SecretFilter | null = null;

  /** `onRead` reads what depends on it, such as the events of its run. */
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
    // Durations on the page grow while nothing is read.
    new Polling(host, GROWS_OLDER_MS, async () => host.requestUpdate());
    new Polling(host, REFRESH_MS, async () => {
      // A machine that does not exist is not asked for again and again.
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
    this.secretFilter = null;
    for (const pages of [this.#runs, this.#secrets, this.#history, this.#runsAside, this.#secretsAside]) pages.forget();
  }

  /** Whether a list shows as much as it ever does. */
  isFull(of: PagedList): boolean {
    return this.#pages(of).atMost;
  }

  /** Shows one page more of a list. */
  async more(of: PagedList): Promise<void> {
    this.#pages(of).more();
    await this.read();
  }

  #pages(of: PagedList): PagesRead {
    return {
      runs: this.#runs,
      secrets: this.#secrets,
      history: this.#history,
      runsAside: this.#runsAside,
      secretsAside: this.#secretsAside,
    }[of];
  }

  /** Looks for secrets of a kind that begin like this. */
  async lookFor(filter: secretsApi.SecretFilter | null): Promise<void> {
    this.secretFilter = filter;
    this.#secrets.forget();
    await this.read();
  }

  #readSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.read();
    }, NOT_OFTENER_MS);
  }

  /** Reads everything anew. A caller that asks while it is under way gets a later reading. */
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
      const [machine, runs, secrets] = await Promise.all([
        this.#readMachine(tenant, wanted),
        this.#readRuns(this.#runs, 'standing'),
        this.#readSecrets(this.#secrets, 'standing'),
      ]);
      const [runsAside, secretsAside] = machine.someAside
        ? await Promise.all([this.#readRuns(this.#runsAside, 'aside'), this.#readSecrets(this.#secretsAside, 'aside')])
        : [null, null];
      if (!isWanted()) return;
      this.loaded = {
        tenant,
        machine,
        runs: runs.items,
        moreRuns: runs.next !== null,
        secrets: secrets.items,
        moreSecrets: secrets.next !== null,
        aside: runsAside &&
          secretsAside && {
            runs: runsAside.items,
            moreRuns: runsAside.next !== null,
            secrets: secretsAside.items,
            moreSecrets: secretsAside.next !== null,
          },
        readAt: Date.now(),
      };
      this.failure = null;
      this.#host.requestUpdate();
      await this.#onRead(this.loaded);
    } catch (error) {
      if (!isWanted()) return;
      this.failure = error;
      this.#host.requestUpdate();
    }
  }

  #readRuns(pages: PagesRead, part: machinesApi.ListedPart) {
    const { tenant, machine } = this.#of();
    return pages.read(async (after) => {
      const { runs, next } = await machinesApi.runs(tenant, machine, part, after);
      return { items: runs, next };
    });
  }

  #readSecrets(pages: PagesRead, part: machinesApi.ListedPart) {
    const { tenant, machine } = this.#of();
    return pages.read(async (after) => {
      const { secrets, next } = await secretsApi.secrets(tenant, machine, part, this.secretFilter, after);
      return { items: secrets, next };
    });
  }

  /** A machine with as much of its history as requested, in order of time. */
  async #readMachine(tenant: string, wanted: string): Promise<Machine> {
    const machine = await machinesApi.machine(tenant, wanted);
    const { items, next } = await this.#history.read(async (after) => {
      if (after === undefined) return { items: machine.history.toReversed(), next: machine.historyNext };
      const { history, next } = await machinesApi.history(tenant, wanted, after);
      return { items: history, next };
    });
    return { ...machine, history: items.reverse(), historyNext: next };
  }
}
