// Recovery: the way back in when no passphrase or passkey works any more, and the page that does it without this portal. It shows what
// there is and where it is made; it opens nothing.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DRILL_EVERY_MS } from '../../../schema/facts/days.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import * as keyringApi from '../api/keyring.ts';
import { PageWork } from '../core/page-work.ts';
import { circleCheckIcon, downloadIcon, infoIcon, triangleAlertIcon } from '../ui/icons.ts';
import { cardRows, list } from '../ui/list-styles.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { dayOf } from '../ui/words.ts';
import { readManifest } from '../unlock/manifest.ts';
import { type Covered, coveredBy, type Sheets, sheetsOf } from './recovery-cover.ts';
import '../ui/problem-note.ts';

/** `elsewhere`: only who keeps the files knows. */
type State = Covered | 'elsewhere';
const ICONS: Record<State, [TemplateResult, tone: 'good' | 'warn' | 'accent']> = {
  covered: [circleCheckIcon, 'good'],
  open: [triangleAlertIcon, 'warn'],
  elsewhere: [infoIcon, 'accent'],
};

@customElement('recovery-page')
export class RecoveryPage extends LitElement {
  static override styles = [
    shared,
    page,
    list,
    cardRows,
    css`
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
        gap: 12px 24px;
        margin: 0;
        font-size: 13px;
      }
      .figures > div {
        display: flex;
        flex-direction: column-reverse;
        justify-content: flex-end;
      }
      .figures dd {
        font-size: 18px;
        line-height: 24px;
        font-weight: 600;
      }
      ol {
        margin: 8px 0 16px;
        padding-left: 20px;
        font-size: 13px;
        line-height: 18px;
      }
      .steps li {
        display: list-item;
        padding: 2px 0;
        border: 0;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  #work = new PageWork<{ keyring: Keyring | null }>(this, {
    load: () => (this.membership.role === 'admin' ? this.#load() : null),
  });

  async #load(): Promise<{ keyring: Keyring | null }> {
    return { keyring: await keyringApi.keyring(this.membership.tenant) };
  }

  override render() {
    if (this.membership.role !== 'admin')
      return html`<h1>Recovery</h1><p>An admin of ${this.membership.name} keeps the recovery sheets and the recovery page.</p>`;
    const { loaded, unreachable } = this.#work;
    return html`<h1>Recovery</h1>
      <p class="quiet">The way back in when no passphrase or passkey works any more.</p>
      <problem-note .error=${unreachable} retry @retry=${this.#work.now}></problem-note>
      ${loaded || unreachable ? nothing : html`<p role="status">Looking for the recovery sheets …</p>`}
      ${loaded ? this.#standing(loaded) : nothing} ${this.#download()}`;
  }

  #standing({ keyring }: { keyring: Keyring | null }) {
    if (!keyring)
      return html`<section class="card">
        <h2>Recovery sheets</h2>
        <p>There are no keys yet: the first-time set-up makes them, and the first sheets with them.</p>
        <a class="button primary" href="/t/${this.membership.tenant}/set-up">First-time set-up</a>
      </section>`;
    const { unlockers } = readManifest(keyring);
    const sheets = sheetsOf(unlockers, keyring.drills);
    const covered = coveredBy(unlockers, sheets, Date.now());
    return html`${sheets ? this.#sheets(sheets) : nothing}
      <section class="card">
        <h2>What if …</h2>
        <ul>
          ${this.#case(covered.forgotten, 'An admin forgets their passphrase', [
            'Another admin’s way to unlock, or the sheets, let them set a new one.',
            'There is one way in and no other: make recovery sheets, or let a second admin have access.',
          ])}
          ${this.#case(covered.allLost, 'All passphrases and passkeys are lost', [
            'The sheets open everything. Keep each with somebody else, on paper, away from the PCs.',
            sheets
              ? 'The sheets open everything, but nobody has tested them for a year: sheets get lost.'
              : 'There are no recovery sheets: every secret would be lost.',
          ])}
          ${this.#case('elsewhere', 'This portal is gone', [
            '',
            'The recovery page below opens an exported bundle, with the same sheets or passphrases. Export one now and then, and keep both.',
          ])}
        </ul>
      </section>`;
  }

  #sheets({ label, madeAt, testedAt }: Sheets) {
    const figures = [
      ['opens everything', label],
      ['made', dayOf(madeAt)],
      ['last tested', testedAt === null ? 'Not yet' : dayOf(testedAt)],
      ['test again', dayOf((testedAt ?? madeAt) + DRILL_EVERY_MS)],
    ];
    return html`<section class="card">
      <h2>Recovery sheets</h2>
      <dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </section>`;
  }

  #case(state: State, what: string, [covered, open]: readonly [string, string]): TemplateResult {
    const { tenant } = this.membership;
    const [icon, tone] = ICONS[state];
    return html`<li>
      <span class="tile ${tone}">${icon}</span
      ><span class="text"><strong>${what}</strong><br /><span class="quiet">${state === 'covered' ? covered : open}</span></span>
      ${
        state === 'covered'
          ? nothing
          : state === 'elsewhere'
            ? html`<a class="button small" href="/t/${tenant}/safekeeping">Go to Backup</a>`
            : html`<a class="button small" href="/t/${tenant}/access">Go to Unlock methods</a>`
      }
    </li>`;
  }

  #download() {
    return html`<section class="card">
      <h2>The recovery page</h2>
      <p>
        One file for the day when this portal is gone: no server, no sign-in, no network. It opens an exported bundle on any PC with a
        browser. Keep it beside the bundle; once the portal is gone it is too late for that.
      </p>
      <ol class="steps">
        <li>Save it, and compare its SHA-256 with the one in the docs: a page that differs may steal what you type.</li>
        <li>Keep it with the newest bundle from <a href="/t/${this.membership.tenant}/safekeeping">Backup</a>.</li>
        <li>
          On that day: open it from disk, choose the bundle, and type a passphrase or the codes of recovery sheets. A passkey does not open
          it.
        </li>
      </ol>
      <a class="button" href="/recover.html" download="totlprovision-recover.html">${downloadIcon}Download the recovery page</a>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recovery-page': RecoveryPage;
  }
}
