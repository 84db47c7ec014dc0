// What an admin has to know on every screen: only one way to unlock, recovery sheets that nobody has tested, somebody who waits, a token
// that ends soon, somebody who reveals more than they may. Auditors too are told that the tenant's object was rolled back. One at a time,
// the gravest; the others behind their number.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Custody, Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { memory } from '../core/memory.ts';
import { ROOM_WORDS } from '../limits/words.ts';
import { circleXIcon, infoIcon, triangleAlertIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { dayOf, exactTime, shortTime } from '../ui/words.ts';
import { isDrillDue } from './standing.ts';

const TONES = ['bad', 'warn', ''] as const;
type Tone = (typeof TONES)[number];
type Note = { tone: Tone; words: TemplateResult };

const ICONS: Record<Tone, TemplateResult> = { bad: circleXIcon, warn: triangleAlertIcon, '': infoIcon };

@customElement('custody-note')
export class CustodyNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        display: flex;
        align-items: flex-start;
        gap: 10px;
        padding: 8px var(--edge);
        border-radius: 0;
        border-width: 0 0 1px;
      }
      .coming {
        min-height: 37px;
        background: none;
      }
      .note > span {
        flex: 1;
        min-width: 0;
      }
      .note > .i {
        margin-top: 2px;
        color: var(--accent);
      }
      .warn > .i {
        color: var(--warn);
      }
      .bad > .i {
        color: var(--bad);
      }
      button {
        margin: -3px 0;
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  @property({ attribute: false }) overview: Overview | null = null;
  @state() private all = false;

  override render() {
    const { overview } = this;
    if (!overview) return memory.read(this.#key) === null ? nothing : html`<div class="note coming"></div>`;
    const notes = this.#notes(overview).toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
    const more = notes.length - 1;
    return notes
      .filter((_, place) => place === 0 || this.all)
      .map(
        ({ tone, words }, place) => html`<div class="note ${tone}" role=${tone === 'bad' ? 'alert' : 'status'}>
          ${ICONS[tone]}<span>${words}</span>
          ${
            place === 0 && more > 0
              ? html`<button
                  class="small"
                  aria-expanded=${this.all ? 'true' : 'false'}
                  @click=${() => {
                    this.all = !this.all;
                  }}
                >
                  ${this.all ? 'Show less' : `${more} more`}
                </button>`
              : nothing
          }
        </div>`,
      );
  }

  /** Whether something was said here last: then its room is kept while it is asked for, and the page below does not move. */
  get #key(): string {
    return `totl.warned.${this.membership.tenant}`;
  }

  protected override updated(): void {
    if (!this.overview) return;
    const said = this.#notes(this.overview).length > 0;
    if (said === (memory.read(this.#key) !== null)) return;
    if (said) memory.write(this.#key, 'yes');
    else memory.forget(this.#key);
  }

  #notes(overview: Overview): Note[] {
    const admin = this.membership.role === 'admin';
    return [
      ...(overview.rollbackNoticed === null ? [] : [this.#rollback(overview.rollbackNoticed)]),
      ...(admin && overview.custody ? this.#custody(overview.custody) : []),
      ...(admin && overview.room.state !== 'ample' ? [this.#room(overview.room)] : []),
      ...overview.budgetExceeded.map((hit) => this.#exceeded(hit)),
      ...this.#expiring(overview),
    ];
  }

  #rollback(at: number): Note {
    const words = html`On ${exactTime(at)} this tenant’s object was found to hold another history than it had told before: it was rolled
      back, or its audit was tampered with. <a href="/t/${this.membership.tenant}/audit?action=audit.rollback_noticed">Audit</a>`;
    return { tone: 'bad', words };
  }

  #room({ bytes, limit, state }: Overview['room']): Note {
    const words = html`The tenant’s storage is at ${Math.floor((100 * bytes) / limit)} %. ${state === 'ample' ? nothing : ROOM_WORDS[state]}
      Ask your operator for room: <a href="/t/${this.membership.tenant}/settings">Settings</a>.`;
    return { tone: state === 'low' ? 'warn' : 'bad', words };
  }

  #exceeded({ email, at }: Overview['budgetExceeded'][number]): Note {
    const filter = new URLSearchParams({ action: 'secret.revealed', text: email });
    const words = html`${email} reached the reveal limit at <time datetime=${new Date(at).toISOString()} title=${exactTime(at)}>${shortTime(at)}</time>.
      <a href="/t/${this.membership.tenant}/audit?${filter}">See their reveals</a>`;
    return { tone: 'warn', words };
  }

  #expiring({ tokensExpiring }: Overview): Note[] {
    const [first, ...others] = tokensExpiring;
    if (!first) return [];
    const words = html`The token “${theirs(first.label || first.id)}” expires ${dayOf(first.expiresAt)}${
      others.length > 0 ? `, and ${others.length} more within a fortnight` : nothing
    }. Rotate in time: <a href="/t/${this.membership.tenant}/tokens">Engine tokens</a>.`;
    return [{ tone: 'warn', words }];
  }

  #custody(custody: Custody): Note[] {
    const { adminUnlockers, recoveryProvenAt, recoveryUsed, grantsWaiting, firstWaiting, notOpening } = custody;
    const to = (page: string, words: string) => html`<a href="/t/${this.membership.tenant}/${page}">${words}</a>`;
    const notes: [boolean, Tone, TemplateResult][] = [
      [
        adminUnlockers <= 1,
        'bad',
        html`Only one way is left to open this tenant’s keys. If it is lost, every secret is. ${to('access', 'Make recovery sheets')}`,
      ],
      [
        recoveryUsed != null,
        'warn',
        html`${theirs(recoveryUsed?.by ?? 'Somebody')} unlocked with the recovery sheets, ${dayOf(recoveryUsed?.at ?? 0)}. Set a new passphrase where one was
          forgotten, and make a new set: these codes have left their paper. ${to('access', 'New passphrase and sheets')}`,
      ],
      [
        notOpening > 0,
        'bad',
        html`${notOpening === 1 ? 'One secret opens' : `${notOpening} secrets open`} with no key of this tenant. ${to('safekeeping', 'Backup')}`,
      ],
      [
        grantsWaiting > 0,
        '',
        html`${theirs(firstWaiting ?? 'Somebody')} ${grantsWaiting === 1 ? 'asks' : `and ${grantsWaiting - 1} more ask`} to unlock. ${to('access', 'Compare words')}`,
      ],
      [recoveryProvenAt === null, 'warn', html`There are no recovery sheets. ${to('access', 'Make them')}`],
      [
        isDrillDue(custody),
        'warn',
        html`Nobody has tested the recovery sheets for a year. ${to('access', 'Test them')}`,
      ],
    ];
    return notes.flatMap(([holds, tone, words]) => (holds ? [{ tone, words }] : []));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'custody-note': CustodyNote;
  }
}
