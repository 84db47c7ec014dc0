// What another bench and an engineer do while a fleet floods one token: a PC with a token of its own escrows, a secret is revealed, somebody signs
// in. Each has to get through, and how long the slowest took is told.
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { Engine } from '../../engine/client.ts';
import { simulatedPc } from '../../engine/simulator/pc.ts';
import { localAdminPassword } from '../../engine/simulator/secrets.ts';
import type { Problem } from '../../schema/problem.ts';
import { openPage } from '../../test/support/browser.ts';
import { signInAs } from '../../test/support/story.ts';
import type { House } from './house.ts';
import { Ledger } from './ledger.ts';
import { askAs, type Tenant } from './tenant.ts';

/** So that a person's budget of reveals lasts for an hour of it. */
const PAUSE_MS = 4_000;

export type DaysWorkOptions = {
  house: House;
  tenant: Tenant;
  /** Which of the tenant's tokens the bench has: nobody else has it. */
  token: number;
  browser: Browser;
  folder: string;
};

type Did = 'escrowed' | 'revealed' | 'signed in';

export class DaysWork {
  readonly #options: DaysWorkOptions;
  readonly #pc = simulatedPc(1, 999_999).before;
  readonly #took = new Map<Did, number[]>();
  readonly #working: Promise<void>;
  #stopping = false;
  /** What this bench was promised, and which answers it had. */
  readonly ledger = new Ledger();
  readonly faults: string[] = [];

  constructor(options: DaysWorkOptions) {
    this.#options = options;
    this.#working = this.#work().catch(
      (error: unknown) => void this.faults.push(`the day’s work: ${(error as Error).stack}`),
    );
  }

  /** Ends with the round that is under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#working;
    for (const status of [429, 503])
      if (this.ledger.statuses.has(status))
        this.faults.push(`a bench with a token of its own was answered ${status} because of another’s`);
  }

  /** As `12 escrowed (in at most 0.4 s)`. */
  get did(): string {
    const slowest = ([what, took]: [Did, number[]]) =>
      `${took.length} ${what} (in at most ${(Math.max(...took) / 1000).toFixed(1)} s)`;
    return [...this.#took].map(slowest).join(', ');
  }

  async #work(): Promise<void> {
    const { house, tenant, token, folder } = this.#options;
    const engine = new Engine({
      apiOrigin: house.place.origin,
      token: tenant.tokens[token]?.token ?? '',
      fingerprint: tenant.fingerprint,
      spoolDir: folder,
      machine: this.#pc,
      fetch: this.ledger.watching(),
    });
    const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: [] };
    engine.startRun(run);
    while (!this.#stopping) {
      engine.event(run.id, { message: `The day’s work at ${Date.now()}` });
      const sent = await engine.flush();
      if (!sent.ok) this.faults.push(`a report of the day’s work: ${sent.message}`);
      const secret = await this.#timed('escrowed', () => this.#escrowed(engine, run.id));
      if (secret !== null) await this.#timed('revealed', () => this.#revealed(secret));
      await this.#timed('signed in', () => this.#signedIn()).catch((error: Error) => {
        this.faults.push(`a sign-in of the day’s work: ${error.message}`);
      });
      await wait(PAUSE_MS);
    }
  }

  async #timed<T>(what: Did, act: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const done = await act();
    this.#took.set(what, [...(this.#took.get(what) ?? []), performance.now() - from]);
    return done;
  }

  /** The secret's id; null where there is no receipt. */
  async #escrowed(engine: Engine, run: string): Promise<string | null> {
    const [account, plaintext] = [crypto.randomUUID(), localAdminPassword()];
    this.ledger.plaintexts.set(account, plaintext);
    const escrowed = await engine.escrow(run, 'local_admin_password', { account }, plaintext);
    if (escrowed.ok) return escrowed.receipt.secretId;
    this.faults.push(`an escrow of the day’s work: ${escrowed.message}`);
    return null;
  }

  async #revealed(secret: string): Promise<void> {
    const { house, tenant } = this.#options;
    const reason = `INC-${crypto.randomUUID()}`;
    const route = `/v1/tenants/${tenant.id}/secrets/${secret}/reveal`;
    const { status, json } = await askAs<Partial<Problem>>(house.place.product, tenant.engineer, route, { reason });
    if (status === 200) this.ledger.done('secret.revealed', reason);
    else this.faults.push(`a reveal of the day’s work was answered ${status} ${json?.code}`);
  }

  /** In a browser without a past, until the PC's page is there. */
  async #signedIn(): Promise<void> {
    const { house, tenant, browser } = this.#options;
    const { page, context } = await openPage(browser);
    try {
      await signInAs(page, house.portal, tenant.engineer, `/t/${tenant.id}/machines/${this.#pc.id}`);
      await page.getByRole('heading', { name: this.#pc.hostname }).waitFor();
    } finally {
      await context.close();
    }
  }
}
