// Across tenants: one search by host name, serial number or recovery-key id over all tenants that are open to a person, and the list of
// them. The browser asks each tenant; no tenant hears of another.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import * as api from '../api/fleet.ts';
import { SESSION_RESTORED } from '../api/http.ts';
import { go } from '../core/router.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { usersIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { ROLE_WORDS } from '../ui/words.ts';
import { type Found, searchAll, standingOf } from './searching.ts';
import { SEARCH_FROM, SEARCH_MAX } from './url.ts';
import '../ui/problem-note.ts';
import './tenant-matches.ts';

/** No search is made for each letter while a person types on. */
const PAUSE_MS = 250;
const asked = (): string => new URLSearchParams(location.search).get('q') ?? '';

@customElement('search-page')
export class SearchPage extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        max-width: 1056px;
      }
      form {
        margin-top: 12px;
        max-width: 640px;
      }
      form input {
        min-height: 40px;
      }
      .standing {
        min-height: 20px;
        margin: 6px 0 0;
        font-size: 13px;
        line-height: 18px;
      }
      section,
      ul.tenants {
        margin-top: 16px;
      }
      ul.tenants {
        list-style: none;
        padding: 0;
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr));
        gap: 8px;
      }
      ul.tenants li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        padding: 12px;
        overflow-wrap: anywhere;
      }
      ul.tenants .text {
        flex: 1;
        min-width: 0;
        font-size: 13px;
        line-height: 18px;
      }
      ul.tenants a {
        font-size: 14px;
        font-weight: 550;
        color: var(--text);
        text-decoration: none;
      }
      ul.tenants a:hover {
        text-decoration: underline;
      }
      .yours {
        margin: 24px 0 0;
      }
    `,
  ];
  @property({ attribute: false }) memberships: readonly Membership[] = [];
  @state() private typed = asked();
  @state() private found: ReadonlyMap<string, Found> = new Map();
  @query('input') private field!: HTMLInputElement;
  #search = new AbortController();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new Shortcuts(this, { '/': { words: 'Search', press: () => this.field.select() } });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
    window.addEventListener(SESSION_RESTORED, this.#again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
    window.removeEventListener(SESSION_RESTORED, this.#again);
    clearTimeout(this.#pause);
    this.#search.abort();
  }

  override firstUpdated(): void {
    this.#again();
  }

  get #open(): readonly Membership[] {
    return this.memberships.filter((one) => one.status === 'active');
  }

  /** Back and forward bring an earlier question. */
  #moved = (): void => {
    if (asked() === this.typed.trim()) return;
    this.typed = asked();
    this.#again();
  };

  #type(text: string): void {
    this.typed = text;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(this.#again, PAUSE_MS);
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    clearTimeout(this.#pause);
    const only = this.#only();
    if (only) go(only);
    else this.#again();
  };

  /** Where the one machine is that was found, once every tenant has answered what is typed. */
  #only(): string | undefined {
    const answers = [...this.found];
    if (this.typed.trim() !== asked() || answers.some(([, { state }]) => state !== 'found')) return undefined;
    const places = answers.flatMap(([tenant, found]) =>
      found.state === 'found' ? found.result.matches.map(({ machine }) => `/t/${tenant}/machines/${machine.id}`) : [],
    );
    return places.length === 1 ? places[0] : undefined;
  }

  /** Asks every tenant anew, and puts the question into the URL. */
  #again = (): void => {
    this.#search.abort();
    this.#search = new AbortController();
    this.found = new Map();
    const q = this.typed.trim();
    if (q !== asked()) go(q ? `/search?${new URLSearchParams({ q })}` : '/search', true);
    if (q.length >= SEARCH_FROM) this.#ask(this.#open.map((one) => one.tenant));
  };

  #ask(tenants: readonly string[]): void {
    const { signal } = this.#search;
    const q = this.typed.trim();
    const show = (tenant: string, found: Found) => {
      this.found = new Map(this.found).set(tenant, found);
    };
    for (const tenant of tenants) show(tenant, { state: 'asking' });
    void searchAll(tenants, (tenant) => api.search(tenant, q, signal), show, signal);
  }

  override render() {
    const short = this.typed.trim().length < SEARCH_FROM;
    return html`<h1>All tenants</h1>
      <form role="search" @submit=${this.#submit}>
        <label for="q">Host name, serial number or recovery-key ID, in all your tenants</label>
        <input
          id="q"
          type="search"
          autocomplete="off"
          spellcheck="false"
          maxlength=${SEARCH_MAX}
          aria-describedby="standing"
          .value=${this.typed}
          @input=${(event: Event) => this.#type((event.target as HTMLInputElement).value)}
        />
        <p class="standing quiet" id="standing" role="status">
          ${short ? `${SEARCH_FROM} characters or more. The first 8 of the key ID on a blue recovery screen find the PC.` : standingOf([...this.found.values()])}
        </p>
      </form>
      ${short ? nothing : this.#groups()} ${this.#tenants()}`;
  }

  #groups() {
    return this.#open.map((membership) => {
      const found = this.found.get(membership.tenant);
      if (found?.state === 'failed') return this.#failed(membership, found.error);
      if (found?.state !== 'found' || found.result.matches.length === 0) return nothing;
      return html`<section class="card">
        <tenant-matches .membership=${membership} .result=${found.result} q=${this.typed.trim()}></tenant-matches>
      </section>`;
    });
  }

  #failed({ tenant, name }: Membership, error: unknown) {
    return html`<section class="card">
      <h2>${theirs(name)}</h2>
      <p>This tenant could not be searched, so what you look for may be here.</p>
      <problem-note .error=${error} retry @retry=${() => this.#ask([tenant])}></problem-note>
    </section>`;
  }

  #tenants() {
    return html`<h2 class="yours">Your tenants</h2>
      <ul class="tenants">
        ${this.memberships.map(
          ({ tenant, name, role, status }) => html`<li class="card">
            <span class="tile">${usersIcon}</span>
            <span class="text"><a href="/t/${tenant}">${theirs(name)}</a><br /><span class="quiet">${ROLE_WORDS[role]}</span></span>
            ${status === 'suspended' ? html`<span class="pill bad">Suspended, not searched</span>` : nothing}
          </li>`,
        )}
      </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'search-page': SearchPage;
  }
}
