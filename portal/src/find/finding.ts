// What the search asks, and what has come of it: PCs of every tenant that is open to the person, and the people of those they oversee. A
// tenant that cannot be asked is counted, never shown as empty.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { SearchResult } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import * as api from '../api/fleet.ts';
import { people as askPeople } from '../api/people.ts';
import { type Found, searchAll } from '../fleet/searching.ts';
import { SEARCH_FROM } from '../fleet/url.ts';
import type { PeopleOf } from './sources.ts';

/** Longer than from one key to the next. */
const PAUSE_MS = 120;

export class Finding implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #memberships: () => readonly Membership[];
  #pause: ReturnType<typeof setTimeout> | undefined;
  #search = new AbortController();
  #people = new Map<string, PeopleOf>();
  #peopleAsked = false;
  #found = new Map<string, Found>();
  /** What is searched for; what is shown may still be of what was typed before. */
  #q = '';
  #shown: ReadonlyMap<string, Found> = new Map();

  /** `memberships`: those that are open, the tenant of the page first. */
  constructor(host: ReactiveControllerHost, memberships: () => readonly Membership[]) {
    this.#host = host;
    this.#memberships = memberships;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#pause);
    this.#search.abort();
  }

  /** People whose lists have come so far. */
  get people(): readonly PeopleOf[] {
    return [...this.#people.values()];
  }

  /** PCs, by tenant, in the order of the memberships. While a longer text is looked for, those of before stay. */
  get machines(): readonly (readonly [Membership, SearchResult])[] {
    return this.#memberships().flatMap((membership) => {
      const found = this.#shown.get(membership.tenant);
      return found?.state === 'found' ? [[membership, found.result] as const] : [];
    });
  }

  get asking(): boolean {
    return this.#q.length >= SEARCH_FROM && [...this.#found.values()].some(({ state }) => state === 'asking');
  }

  get failed(): number {
    return [...this.#shown.values()].filter(({ state }) => state === 'failed').length;
  }

  /** Said with each letter. */
  look(q: string): void {
    if (q === this.#q) return;
    this.#q = q;
    clearTimeout(this.#pause);
    this.#search.abort();
    this.#search = new AbortController();
    if (q.length < SEARCH_FROM) this.#shown = this.#found = new Map();
    else {
      this.#found = new Map(this.#memberships().map(({ tenant }) => [tenant, { state: 'asking' }]));
      this.#pause = setTimeout(() => this.#ask(q), PAUSE_MS);
    }
    if (q !== '' && !this.#peopleAsked) void this.#askPeople();
    this.#host.requestUpdate();
  }

  #ask(q: string): void {
    const { signal } = this.#search;
    const told = (tenant: string, found: Found): void => {
      this.#found.set(tenant, found);
      // The first answer takes the place of what was there; nothing is shown of two questions at once.
      this.#shown = new Map(this.#found);
      this.#host.requestUpdate();
    };
    const tenants = this.#memberships().map(({ tenant }) => tenant);
    void searchAll(tenants, (tenant) => api.search(tenant, q, signal), told, signal);
  }

  async #askPeople(): Promise<void> {
    this.#peopleAsked = true;
    const overseen = this.#memberships().filter(({ role }) => role !== 'engineer');
    for (const membership of overseen) {
      const list = await askPeople(membership.tenant).catch(() => null);
      // Whoever looks for a person finds the page of people all the same.
      if (!list) continue;
      this.#people.set(membership.tenant, { membership, people: list.people });
      this.#host.requestUpdate();
    }
  }
}
