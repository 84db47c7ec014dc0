// What there is, asked for from the outside as people's browsers ask: events by run, ciphertexts with what they open to, the audit. It
// remembers what it has opened and how far it has read the audit, since both are for ever.
import type { AuditEntry, AuditPage } from '../../schema/audit.ts';
import type { EventPage } from '../../schema/report.ts';
import { asPerson, type Installation } from '../bench/product.ts';
import type { Tenant } from './tenant.ts';
import { HeldVault, versionsOf } from './vault.ts';

export type SeenEvent = { seq: number; message: string };
/** `plaintext` null: the vault does not open it. */
export type SeenVersion = { secretId: string; version: number; plaintext: string | null };
export type Seen = {
  tenant: string;
  events: ReadonlyMap<string, readonly SeenEvent[]>;
  versions: readonly SeenVersion[];
  /** From the first on. */
  audit: readonly AuditEntry[];
};

const PAGE = 500;
const LANES = 8;

export class Looker {
  readonly #tenant: Tenant;
  readonly #vault: HeldVault;
  readonly #opened = new Map<string, string | null>();
  readonly #audit: AuditEntry[] = [];

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
    this.#vault = new HeldVault(tenant);
  }

  /** Events of these runs, and everything else. */
  async look(product: Installation, runs: readonly string[]): Promise<Seen> {
    const waiting = [...runs];
    const events = new Map<string, SeenEvent[]>();
    const lane = async () => {
      for (let run = waiting.pop(); run !== undefined; run = waiting.pop())
        events.set(run, await this.#eventsOf(product, run));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const versions = await this.#versions(product);
    await this.#readOn(product);
    return { tenant: this.#tenant.id, events, versions, audit: this.#audit };
  }

  async close(): Promise<void> {
    await this.#vault.close();
  }

  async #eventsOf(product: Installation, run: string): Promise<SeenEvent[]> {
    const all: SeenEvent[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const route = `/v1/tenants/${this.#tenant.id}/runs/${run}/events?limit=${PAGE}&after=${after}`;
      const page: EventPage = await asPerson(product, this.#tenant.engineer, route);
      all.push(...page.events.map(({ seq, message }) => ({ seq, message })));
      after = page.next;
    }
    return all;
  }

  async #versions(product: Installation): Promise<SeenVersion[]> {
    const held = await versionsOf(product, this.#tenant);
    const unopened = held.filter(({ sealed }) => !this.#opened.has(sealed));
    if (unopened.length > 0) {
      const vault = await this.#vault.now(product);
      for (const item of unopened) {
        const opened = await vault.open(item);
        this.#opened.set(item.sealed, opened.ok ? opened.plaintext : null);
      }
    }
    return held.map(({ id, version: { version }, sealed }) => ({
      secretId: id,
      version,
      plaintext: this.#opened.get(sealed) ?? null,
    }));
  }

  /** Reads the audit on, and the last entry once more: a chain that lost its end would else look whole. */
  async #readOn(product: Installation): Promise<void> {
    this.#audit.pop();
    for (let after: number | null = this.#audit.length; after !== null; ) {
      const route = `/v1/tenants/${this.#tenant.id}/audit?order=oldest&limit=${PAGE}&after=${after}`;
      const page: AuditPage = await asPerson(product, this.#tenant.auditor, route);
      this.#audit.push(...page.entries);
      after = page.next;
    }
  }
}
