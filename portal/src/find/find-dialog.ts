// One search for everything: PCs, people, pages and acts, in every tenant that is open to the person. What is typed stays in the field; the
// arrows go through what was found, Enter opens it.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { Modal } from '../core/modal.ts';
import { go } from '../core/router.ts';
import { SEARCH_FROM, SEARCH_MAX } from '../fleet/url.ts';
import type { MenuEntry } from '../shell/menu.ts';
import { searchIcon, xIcon } from '../ui/icons.ts';
import { marked } from '../ui/marked.ts';
import { shared } from '../ui/shared-styles.ts';
import { actsOf } from './acts.ts';
import { findStyles } from './find-styles.ts';
import { Finding } from './finding.ts';
import { GROUP_MAX, type Hit, type HitGroup } from './hit.ts';
import { actHits, machineHits, pageHits, personHits } from './sources.ts';

const SHOWN_OF_KEY_ID = 8;

/** Fires `closed` and `help-wanted`. */
@customElement('find-dialog')
export class FindDialog extends LitElement {
  static override styles = [shared, findStyles];
  @property({ attribute: false }) me!: Me;
  /** Of the tenant that is open. */
  @property({ attribute: false }) membership: Membership | undefined;
  @property({ attribute: false }) menu: readonly MenuEntry[] = [];
  @state() private typed = '';
  /** The hit that Enter opens; the first one, until somebody has moved. */
  @state() private chosen: string | null = null;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('[aria-selected="true"]') private current!: HTMLElement | null;
  #then: () => void = () => {};
  #finding = new Finding(this, () => this.#open);

  constructor() {
    super();
    new Modal(this);
  }

  /** The open tenant's PCs come first. */
  get #open(): Membership[] {
    const here = this.membership?.tenant;
    return this.me.memberships
      .filter(({ status }) => status === 'active')
      .toSorted((a, b) => Number(b.tenant === here) - Number(a.tenant === here));
  }

  get #q(): string {
    return this.typed.trim();
  }

  #groups(): HitGroup[] {
    const q = this.#q;
    const several = this.#open.length > 1;
    const { hits, all } = machineHits(this.#finding.machines, several);
    const list = several || !this.membership ? '/search' : `/t/${this.membership.tenant}`;
    const acts = actsOf(this.membership, () => this.dispatchEvent(new CustomEvent('help-wanted')));
    const of = (words: string, found: Hit[]): HitGroup => ({
      words,
      hits: found.slice(0, GROUP_MAX),
      all: found.length,
    });
    const people = q === '' ? [] : personHits(this.#finding.people, q, several);
    const pages = pageHits(this.menu, q);
    const groups: HitGroup[] = [
      { words: 'PCs', hits: hits.slice(0, GROUP_MAX), all, allAt: `${list}?${new URLSearchParams({ q })}` },
      { ...of('People', people), allAt: this.membership ? `/t/${this.membership.tenant}/people` : undefined },
      { words: 'Pages', hits: q === '' ? pages : pages.slice(0, GROUP_MAX), all: pages.length },
      of('Actions', actHits(acts, q)),
    ];
    return groups.filter((group) => group.hits.length > 0);
  }

  /** Every line that can be opened, in its order; the last of a group that has more leads to all of them. */
  #lines(groups: readonly HitGroup[]): Hit[] {
    return groups.flatMap((group) => [...group.hits, ...this.#rest(group)]);
  }

  #rest({ words, hits, all, allAt }: HitGroup): Hit[] {
    if (allAt === undefined || (all !== null && all <= hits.length)) return [];
    const number = all === null ? '' : ` ${new Intl.NumberFormat().format(all)}`;
    return [{ id: `all-${words}`, icon: searchIcon, words: `Show all${number}`, about: '', to: allAt }];
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('chosen')) this.current?.scrollIntoView({ block: 'nearest' });
  }

  #typedOn = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.chosen = null;
    this.#finding.look(this.#q);
  };

  #pressed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const lines = this.#lines(this.#groups());
    const at = Math.max(
      0,
      lines.findIndex(({ id }) => id === this.chosen),
    );
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % lines.length,
      ArrowUp: (at - 1 + lines.length) % lines.length,
    };
    const hit = lines[at];
    if (event.key === 'Enter' && hit) this.#openHit(hit, event.ctrlKey || event.metaKey);
    else if (to[event.key] !== undefined) this.chosen = lines[to[event.key] ?? 0]?.id ?? null;
    else return;
    event.preventDefault();
  };

  #openHit({ to, reveal }: Hit, revealing: boolean): void {
    const place = revealing && reveal ? reveal : to;
    this.#then = () => (typeof place === 'string' ? go(place) : place());
    this.dialog.close();
  }

  /** What was chosen comes after the focus has been given back: a page or a dialog that opens takes it for itself. */
  #closed = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
    setTimeout(this.#then);
  };

  override render() {
    const groups = this.#groups();
    const lines = this.#lines(groups);
    const chosen = lines.find(({ id }) => id === this.chosen) ?? lines[0];
    return html`<dialog aria-label="Find" @close=${this.#closed} @click=${this.#beside}>
      <div class="field">
        ${searchIcon}<input
          type="text"
          inputmode="search"
          enterkeyhint="go"
          role="combobox"
          aria-label="Find a PC, person, page or action"
          aria-expanded=${lines.length > 0 ? 'true' : 'false'}
          aria-controls="hits"
          aria-autocomplete="list"
          aria-activedescendant=${chosen?.id ?? nothing}
          placeholder="Name, serial, client, key ID, person, page or action"
          maxlength=${SEARCH_MAX}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          autofocus
          .value=${this.typed}
          @input=${this.#typedOn}
          @keydown=${this.#pressed}
        /><button class="ghost small" aria-label="Esc: close" @click=${() => this.dialog.close()}><kbd>Esc</kbd>${xIcon}</button>
      </div>
      <div id="hits" role="listbox" aria-label="Found" ?hidden=${lines.length === 0}>${groups.map((group) => this.#group(group, chosen))}</div>
      <p class="says quiet" role="status">${this.#says(lines.length)}</p>
      <footer class="quiet">
        <span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>Enter</kbd> open</span>
        ${chosen?.reveal ? html`<span><kbd>Ctrl</kbd> <kbd>Enter</kbd> reveal the recovery key</span>` : nothing}
      </footer>
    </dialog>`;
  }

  /** A press beside it closes it. */
  #beside = (event: MouseEvent): void => {
    if (event.target === this.dialog) this.dialog.close();
  };

  #says(lines: number): string {
    const { asking, failed } = this.#finding;
    const q = this.#q;
    const could = failed === 0 ? '' : `${failed === 1 ? 'One tenant' : `${failed} tenants`} could not be asked. `;
    if (asking) return 'Looking for PCs …';
    if (q !== '' && q.length < SEARCH_FROM) return `PCs are looked for from ${SEARCH_FROM} characters on.`;
    if (q !== '' && lines === 0)
      return `${could}No match. Of a blue recovery screen type the first 8 characters of the key ID.`;
    if (could !== '') return `${could}What you look for may be there.`;
    return q.length >= SEARCH_FROM ? 'Archived PCs are looked at too.' : '';
  }

  #group(group: HitGroup, chosen: Hit | undefined) {
    const { words, hits, all } = group;
    const id = `group-${words}`;
    const count = all === null ? ` · the first ${hits.length}` : all > hits.length ? ` · ${hits.length} of ${all}` : '';
    return html`<div role="group" aria-labelledby=${id}>
      <p class="head" id=${id}>${words}${count}</p>
      ${repeat(
        [...hits, ...this.#rest(group)],
        (hit) => hit.id,
        (hit) => this.#line(hit, hit === chosen || hit.id === chosen?.id),
      )}
    </div>`;
  }

  #line(hit: Hit, current: boolean) {
    const q = this.#q;
    return html`<div
      class="hit"
      role="option"
      id=${hit.id}
      aria-selected=${current ? 'true' : 'false'}
      @click=${(event: MouseEvent) => this.#openHit(hit, event.ctrlKey || event.metaKey)}
    >
      <span class="tile">${hit.icon}</span>
      <span class="text"
        ><span class="words">${marked(hit.words, q)}</span
        ><span class="about">${hit.about ? marked(hit.about, q) : nothing}${hit.keyId ? this.#keyId(hit.keyId) : nothing}</span></span
      >
      ${hit.aside ?? nothing}
    </div>`;
  }

  #keyId(keyId: string) {
    const id = keyId.toUpperCase();
    return html` · key <strong class="mono">${id.slice(0, SHOWN_OF_KEY_ID)}</strong><span class="mono">${id.slice(SHOWN_OF_KEY_ID)}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'find-dialog': FindDialog;
  }
}
