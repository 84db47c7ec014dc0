// What a person chooses and types to unlock, as a part of a form: in a dialog of its own, or above what is asked for. A controller, so
// that its fields belong to its host's form.
import { css, html, type LitElement, nothing, type ReactiveController } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Keyring, SealedUnlocker } from '../../../schema/keyring.ts';
import { isolated } from '../../../schema/shown-text.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { OneAct } from '../core/one-act.ts';
import { circleAlertIcon, eyeIcon } from '../ui/icons.ts';
import { theirs } from '../ui/theirs.ts';
import { momentInSentence } from '../ui/words.ts';
import { firstMethod, type Method, methodsOf } from './methods.ts';
import { PasskeyFault, usePasskey } from './passkey.ts';

/**
 * What was chosen and typed, or answered by an authenticator; `orOf`: further unlockers that the same passphrase may be of. `confirmedRoot` if
 * the words of a succession were compared.
 */
export type Proof = {
  unlocker: string;
  secret: string;
  orOf?: readonly string[];
  confirmedRoot?: string;
  confirmedLine?: string;
};

export type UnlockChoice = {
  unlockers: readonly ManifestUnlocker[];
  /** The sealed halves of these unlockers: how many codes a recovery set wants, which passkey to ask. */
  halves: readonly SealedUnlocker[];
  /** Since when each is what it is, and by whom. */
  since?: Keyring['since'];
  /** The unlocker that was used last in this browser. */
  last?: string | null;
};

export const unlockStyles = css`
  .unlock {
    margin: 16px 0 0;
  }
  .over {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    font-size: 13px;
    line-height: 18px;
    margin-bottom: 6px;
  }
  .over > label,
  .over > .label {
    margin: 0;
    font-weight: 550;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    margin: 0 0 10px;
  }
  .ways label {
    flex: 1 1 auto;
    margin: 0;
    padding: 5px 11px;
    border: 1px solid transparent;
    border-radius: 6px;
    font-weight: 500;
    text-align: center;
    color: var(--text-2);
    cursor: pointer;
  }
  .ways label:has(:checked) {
    background: var(--surface);
    border-color: var(--line);
    color: var(--text);
    font-weight: 550;
    box-shadow: var(--e1);
  }
  .ways label:has(:focus-visible) {
    outline: var(--focus-width) solid var(--focus);
    outline-offset: 1px;
  }
  .ways input {
    position: absolute;
    opacity: 0;
  }
  .shown {
    position: relative;
  }
  .shown .secret {
    padding-right: 88px;
  }
  .shown button {
    position: absolute;
    right: 4px;
    top: 50%;
    translate: 0 -50%;
    min-height: 28px;
  }
  .below {
    margin: 6px 0 0;
    font-size: 13px;
    line-height: 18px;
  }
  .wrong {
    display: flex;
    gap: 6px;
    color: var(--bad);
  }
  .secret + label {
    margin-top: 10px;
  }
  @media (forced-colors: active) {
    .ways label:has(:checked) {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;

/** Whose passphrase it is nobody has to say: what is typed is tried against each. */
function wordsOf({ kind, unlockers }: Method): string {
  if (kind === 'passkey') return 'Passkey';
  if (kind === 'recovery') return 'Recovery sheets';
  const [own, shared] = [unlockers.some(({ owner }) => owner !== null), unlockers.some(({ owner }) => owner === null)];
  if (own && shared) return 'My or the team passphrase';
  return own ? 'My passphrase' : 'Team passphrase';
}

export class UnlockFields implements ReactiveController {
  readonly #host: LitElement;
  readonly #asking: OneAct;
  #chosen = '';
  #shows = false;
  /** Which empty field was sent, in words. */
  #missing = '';

  constructor(host: LitElement) {
    this.#host = host;
    this.#asking = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** A passkey is being asked for. */
  get busy(): boolean {
    return this.#asking.busy;
  }

  /** The first field that is empty, else the first, with its text marked: it is there to be typed anew. */
  focus(): void {
    const fields = this.#fields;
    const field = fields.find(({ value }) => value === '') ?? fields[0];
    field?.focus();
    field?.select();
  }

  get #fields(): HTMLInputElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLInputElement>('.secret')];
  }

  /** Nothing is typed yet, and something has to be. */
  get isEmpty(): boolean {
    return this.#fields.some(({ value }) => value === '');
  }

  /** What is typed, to see that it is nowhere else. */
  get typed(): string[] {
    return this.#fields.map(({ value }) => value);
  }

  /** Takes what is typed, or asks the passkey; a person who cancels while their browser asks gives nothing. */
  give(choice: UnlockChoice, take: (proof: Proof) => void): void {
    const method = this.#current(choice);
    const [unlocker, ...others] = method?.unlockers ?? [];
    if (!method || !unlocker || this.busy) return;
    if (method.kind === 'passkey') return void this.#askPasskey(choice, unlocker.id, take);
    const { typed } = this;
    this.#missing = typed.every(Boolean) ? '' : `Type the ${method.kind === 'passphrase' ? 'passphrase' : 'code'}.`;
    this.#host.requestUpdate();
    if (this.#missing) this.focus();
    else
      take({
        unlocker: unlocker.id,
        secret: typed.join('\n'),
        ...(others.length > 0 ? { orOf: others.map(({ id }) => id) } : {}),
      });
  }

  #askPasskey({ halves }: UnlockChoice, id: string, take: (proof: Proof) => void): Promise<void> {
    return this.#asking.do(async (signal) => {
      const kdf = halves.find((half) => half.id === id)?.kdf;
      if (kdf?.name !== 'webauthn-prf') return;
      const secret = await usePasskey(kdf);
      if (!signal.aborted) take({ unlocker: id, secret });
    });
  }

  get #passkeyFault(): string {
    const { failure } = this.#asking;
    if (!failure) return '';
    return failure instanceof PasskeyFault ? failure.message : 'The passkey gave no answer.';
  }

  #current({ unlockers, last = null }: UnlockChoice): Method | undefined {
    const methods = methodsOf(unlockers, last);
    return methods.find(({ key }) => key === this.#chosen) ?? firstMethod(methods, last);
  }

  #choose(key: string): void {
    this.#chosen = key;
    this.#missing = '';
    this.#asking.forget();
  }

  /** `fault`: why the last attempt failed. `aside`: words beside the heading. */
  render(choice: UnlockChoice, { working, fault, aside }: { working: boolean; fault: string; aside?: string }) {
    const current = this.#current(choice);
    if (!current) return nothing;
    const methods = methodsOf(choice.unlockers, choice.last ?? null);
    const wrong = this.#missing || fault || this.#passkeyFault;
    return html`<div class="unlock">
      ${methods.length > 1 ? this.#ways(methods, current, working, aside) : nothing}
      ${keyed(current.key, this.#typed(choice, current, working, methods.length > 1 ? '' : aside))}
      ${
        wrong
          ? html`<p class="below wrong" id="unlock-wrong" role="alert">${circleAlertIcon}<span>${wrong} ${fault ? this.#replaced(choice, current, 'If yours is older, ask them.') : nothing}</span></p>`
          : html`<p class="below quiet">${this.#replaced(choice, current, '')}</p>`
      }
      ${working ? html`<p class="below" role="status">Opening the vault …</p><progress aria-label="Opening the vault"></progress>` : nothing}
    </div>`;
  }

  #ways(methods: readonly Method[], current: Method, working: boolean, aside: string | undefined) {
    const alone = (kind: Method['kind']) => methods.filter((one) => one.kind === kind).length === 1;
    return html`<div class="over"><span class="label" id="ways">Unlock with</span><span class="quiet">${aside}</span></div>
      <div class="seg ways" role="radiogroup" aria-labelledby="ways">
        ${methods.map(
          (one) => html`<label
            ><input
              type="radio"
              name="unlocker"
              .checked=${one.key === current.key}
              ?disabled=${working}
              @change=${() => {
                this.#choose(one.key);
                this.#host.requestUpdate();
              }}
            />${alone(one.kind) ? wordsOf(one) : theirs(one.unlockers[0]?.label ?? '')}</label
          >`,
        )}
      </div>`;
  }

  #typed(choice: UnlockChoice, { kind, unlockers }: Method, working: boolean, aside: string | undefined) {
    const [unlocker] = unlockers;
    if (kind === 'passkey')
      return html`<p class="quiet">Your browser asks for ${unlocker ? theirs(unlocker.label) : 'the passkey'} when you go on.</p>`;
    if (kind === 'passphrase') return this.#passphrase(aside ?? '', working);
    const set = choice.halves.find(({ id }) => id === unlocker?.id)?.set;
    const needed = set?.threshold ?? 1;
    if (needed === 1) return this.#code('secret', 'Recovery code', working);
    return html`<p>Any ${needed} of the ${set?.count} sheets of set ${set?.id}.</p>
      ${Array.from({ length: needed }, (_, place) => this.#code(`secret-${place}`, `Recovery code ${place + 1} of ${needed}`, working))}`;
  }

  #passphrase(aside: string, working: boolean) {
    return html`<div class="over"><label for="secret">Passphrase</label><span class="quiet">${aside}</span></div>
      <div class="shown">
        <input
          id="secret"
          class="secret"
          name="secret"
          type=${this.#shows ? 'text' : 'password'}
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck="false"
          enterkeyhint="go"
          aria-describedby="unlock-wrong"
          ?readonly=${working}
        />
        <button
          type="button"
          class="ghost"
          aria-pressed=${this.#shows}
          aria-label="Show the passphrase"
          @click=${() => {
            this.#shows = !this.#shows;
            this.#host.requestUpdate();
          }}
        >
          ${eyeIcon}${this.#shows ? 'Hide' : 'Show'}
        </button>
      </div>`;
  }

  #code(id: string, label: string, working: boolean) {
    return html`<label for=${id}>${label}</label>
      <input id=${id} class="secret mono" name="secret" type="text" autocomplete="off" spellcheck="false" aria-describedby="unlock-wrong" ?readonly=${working} />`;
  }

  /** A team passphrase that was replaced is what a person most often types in vain. */
  #replaced({ since = {} }: UnlockChoice, { kind, unlockers }: Method, then: string) {
    const team = unlockers.find(({ id, owner }) => owner === null && since[id]);
    const set = team && since[team.id];
    if (kind !== 'passphrase' || !set) return nothing;
    return html`The team passphrase was last set ${momentInSentence(set.at, Date.now())} by ${isolated(set.by)}. ${then}`;
  }
}
