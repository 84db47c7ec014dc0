// One leaver's act: the steps done, the next one, and what they have revealed.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ROLE_RANK } from '../../../schema/facts/roles.ts';
import type { Leaver, PeopleList, RevealedReport, RevealedVersion, Role } from '../../../schema/person.ts';
import * as api from '../api/people.ts';
import { OneAct } from '../core/one-act.ts';
import { checkIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { stepper } from '../ui/stepper-styles.ts';
import { table } from '../ui/table-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime, KIND_WORDS, ROLE_WORDS, refWords, shortId } from '../ui/words.ts';
import type { Replacements, SharedWays } from './leaver-replacements.ts';
import './leaver-replacements.ts';
import '../ui/problem-note.ts';

/** A webhook or a token that goes on without them, and is to end. */
export type Outliving = { what: 'webhook' | 'token'; id: string; label: string };

/**
 * Whether somebody was given back what this act was to take from them, as when the change of their role is undone: they may hold what they hold.
 * If they lose it again, the act of that says what is to be replaced.
 */
export const isTakenBack = (
  { person, role, becomes, startedAt }: Leaver,
  { people, leavers }: Pick<PeopleList, 'people' | 'leavers'>,
): boolean => {
  const isAsMuch = (other: Role): boolean => ROLE_RANK[other] >= ROLE_RANK[role];
  return (
    becomes !== null &&
    (people.some((one) => one.id === person && one.removedAt === null && isAsMuch(one.role)) ||
      leavers.some((one) => one.person === person && one.startedAt > startedAt && isAsMuch(one.role)))
  );
};

/** Whether everything that it was for is done: nothing of before opens anything, and nothing goes on without them. */
const isDone = ({ unlockersReplaced, escrowKeyReplaced, rootReplaced, remaining, webhooks, tokens }: Leaver): boolean =>
  unlockersReplaced &&
  escrowKeyReplaced &&
  rootReplaced &&
  remaining === 0 &&
  webhooks.length === 0 &&
  !tokens.some((one) => one.made);

/** Whether the person who left is a member again. */
export const isBack = ({ person, email, becomes }: Leaver, people: PeopleList['people']): boolean =>
  becomes === null && people.some((one) => (one.id === person || one.email === email) && one.removedAt === null);

/** Whether the act has nothing to say any more: it was taken back, or it is done and they are a member again. */
export const isPast = (leaver: Leaver, list: Pick<PeopleList, 'people' | 'leavers'>): boolean =>
  isTakenBack(leaver, list) || (isDone(leaver) && isBack(leaver, list.people));

/** The replacement of a version, or the person who says that it was replaced. */
function replacedWords({ secret, newer, rotatedBy }: RevealedVersion): string {
  if (rotatedBy !== null) return `rotated, says ${rotatedBy}`;
  if (newer === null) return '';
  const what =
    newer.secret === secret ? `version ${newer.version}` : `version ${newer.version} of another one on this PC`;
  return `${what} by ${newer.by}${newer.confirmedBy ? `, confirmed by ${newer.confirmedBy}` : ''}`;
}

@customElement('leaver-card')
export class LeaverCard extends LitElement {
  static override styles = [
    shared,
    table,
    stepper,
    css`
      ol {
        margin-bottom: 16px;
        font-size: 13px;
      }
      ol > li {
        align-items: center;
        padding-bottom: 12px;
      }
      leaver-replacements {
        display: block;
        margin: 16px 0 24px;
      }
      h3 {
        margin: 16px 0 8px;
        font-size: 14px;
      }
      ul {
        margin: 8px 0;
        padding: 0;
        font-size: 13px;
      }
      ul > li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        padding: 4px 0;
      }
      ul > li:not(:last-child)::before {
        display: none;
      }
      summary {
        min-height: 24px;
        cursor: pointer;
      }
    `,
  ];
  @property({ attribute: false }) leaver!: Leaver;
  @property() tenant = '';
  @property({ type: Boolean }) admin = false;
  @property({ attribute: false }) shared: SharedWays = { team: false, recovery: false };
  /** They are a member again, but what they could open before is not all replaced. */
  @property({ attribute: false }) back = false;
  @property({ attribute: false }) busy = false;
  @state() private report: RevealedReport | null = null;
  #reading = new OneAct(this);

  get #replaced(): boolean {
    const { unlockersReplaced, escrowKeyReplaced, rootReplaced } = this.leaver;
    return unlockersReplaced && escrowKeyReplaced && rootReplaced;
  }

  #show = (): Promise<void> =>
    this.#reading.do(async () => {
      this.report = await api.revealedBy(this.tenant, this.leaver.person);
    });

  override render() {
    const { leaver } = this;
    const finished = this.#replaced && leaver.remaining === 0;
    const { becomes } = leaver;
    return html`<div class="card-head"><h2>${leaver.email} ${
      becomes === null
        ? this.back
          ? 'is back, and may hold keys of before'
          : finished
            ? 'has left'
            : 'is leaving'
        : `is an ${ROLE_WORDS[becomes].toLowerCase()} now, ${finished ? 'and holds no earlier key' : 'and holds earlier keys'}`
    }</h2></div>
      <ol>
        ${this.#step(
          1,
          true,
          becomes === null
            ? `Removed ${exactTime(leaver.startedAt)} by ${leaver.by}; ${this.back ? 'a member again since' : 'every request of theirs is refused'}`
            : `Was an ${ROLE_WORDS[leaver.role].toLowerCase()} until ${exactTime(leaver.startedAt)}, when ${leaver.by} changed it`,
        )}
        ${this.#step(2, this.#replaced, 'Everything they could open is replaced')}
        ${this.#step(3, finished, leaver.remaining > 0 ? `${leaver.remaining} secrets are still sealed to a key from before` : 'Every secret is re-sealed')}
        ${this.#step(4, leaver.webhooks.length === 0 && !leaver.tokens.some((one) => one.made), 'Their webhooks and the tokens they made are ended')}
      </ol>
      ${this.#outlives(leaver)}
      ${this.#replaced || !this.admin ? nothing : this.#form()}
      ${
        this.#replaced && leaver.remaining > 0
          ? html`<p><a class="button primary" href="/t/${this.tenant}/keys">Go on re-sealing</a></p>`
          : nothing
      }
      ${finished ? html`<p class="quiet">The key of before can be destroyed 90 days after its rotation is finished, on the Keys page.</p>` : nothing}
      <problem-note .error=${this.#reading.failure}></problem-note>
      ${this.report ? this.#revealed(this.report) : html`<button aria-label="What did they reveal? ${leaver.email}" ?disabled=${this.#reading.busy} @click=${() => void this.#show()}>What did they reveal?</button>`}`;
  }

  #outlives({ webhooks, tokens, moreTokens }: Leaver) {
    const button = (detail: Outliving, words: string) =>
      this.admin
        ? html`<button
            aria-label="${words} ${detail.label}"
            ?disabled=${this.busy}
            @click=${() => this.dispatchEvent(new CustomEvent<Outliving>('end-wanted', { detail }))}
          >
            ${words}
          </button>`
        : nothing;
    const token = ({ id, label, prefix }: Leaver['tokens'][number]) => html`<li>
      Token ${label || prefix} <span class="mono quiet">${prefix}…</span>
      ${button({ what: 'token', id, label: label || prefix }, 'Revoke')}
    </li>`;
    const others = tokens.filter((one) => !one.made);
    return html`${
      webhooks.length > 0 || tokens.some((one) => one.made)
        ? html`<h3>What goes on without them</h3>
            <ul>
              ${webhooks.map(
                ({ id, label, host }) => html`<li>
                  Webhook ${label}, to ${host}
                  ${button({ what: 'webhook', id, label }, 'Remove')}
                </li>`,
              )}
              ${tokens.filter((one) => one.made).map(token)}
            </ul>`
        : nothing
    }
    ${
      others.length > 0
        ? html`<details>
            <summary>${others.length === 1 ? 'One token' : `${others.length} tokens`} that they may have had in hand</summary>
            <p class="quiet">Others made these. Rotate what engines still use; revoke what they do not.</p>
            <ul>
              ${others.map(token)}
            </ul>
          </details>`
        : nothing
    }
    ${moreTokens > 0 ? html`<p class="quiet">${moreTokens} more tokens are named as these end.</p>` : nothing}`;
  }

  #step(place: number, done: boolean, words: string) {
    return html`<li class=${done ? 'done' : ''}>
      <span class="mark" aria-hidden="true">${done ? checkIcon : place}</span><span>${words}${done ? html`<span class="visually-hidden">, done</span>` : nothing}</span>
    </li>`;
  }

  #form() {
    return html`<leaver-replacements
      .email=${this.leaver.email}
      .shared=${this.shared}
      .couldFetch=${this.leaver.couldFetch}
      .busy=${this.busy}
      @replace-wanted=${({ detail }: CustomEvent<Replacements>) =>
        this.dispatchEvent(new CustomEvent<Replacements>('replace-wanted', { detail }))}
    ></leaver-replacements>`;
  }

  #revealed({ revealed, bulkReads }: RevealedReport) {
    const open = revealed.filter((one) => !one.superseded);
    const replaced = revealed.filter((one) => one.superseded);
    return html`<h3>What they revealed</h3>
      ${
        revealed.length === 0
          ? html`<p>Nothing, one by one.</p>`
          : html`<p>
              ${revealed.length === 1 ? '1 version' : `${revealed.length} versions`}, ${open.length} of them without a newer
              one since${open.length > 0 ? '. Change those on the PC:' : '.'}
            </p>`
      }
      ${
        replaced.length === 0
          ? nothing
          : html`<details>
              <summary>By whom the others were replaced</summary>
              <ul>
                ${replaced.map(
                  (one) => html`<li>
                    <a href="/t/${this.tenant}/machines/${one.machine}">${one.hostname ? theirs(one.hostname) : shortId(one.machine)}</a>, ${KIND_WORDS[one.kind]}, ${refWords(one.ref)}:
                    ${replacedWords(one)}
                  </li>`,
                )}
              </ul>
            </details>`
      }
      ${bulkReads > 0 ? html`<p class="note warn">They also read ${bulkReads} ciphertexts in bulk, for a rotation, a health sweep or an export, in a browser that held the keys.</p>` : nothing}
      ${
        open.length === 0
          ? nothing
          : html`<table>
              <thead>
                <tr>
                  <th>PC</th>
                  <th>Secret</th>
                  <th>Version</th>
                  <th>Revealed</th>
                </tr>
              </thead>
              <tbody>
                ${open.map(
                  (one) => html`<tr>
                    <td><a href="/t/${this.tenant}/machines/${one.machine}">${one.hostname ? theirs(one.hostname) : shortId(one.machine)}</a></td>
                    <td>${KIND_WORDS[one.kind]}, ${refWords(one.ref)}</td>
                    <td>${one.version}</td>
                    <td>
                      ${exactTime(one.lastAt)}${one.newer === null ? nothing : html`<br /><span class="quiet">Version ${one.newer.version} by ${one.newer.by} has not taken its place</span>`}
                    </td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'leaver-card': LeaverCard;
  }
}
