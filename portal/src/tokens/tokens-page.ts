// Machine tokens: issue, rotate, revoke, set aside what one brought, and which engines pin which root.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EngineFile } from '../../../schema/engine-file.ts';
import type { Membership } from '../../../schema/person.ts';
import type { IssuedToken, Token } from '../../../schema/token.ts';
import * as keyringApi from '../api/keyring.ts';
import { overview as askOverview } from '../api/overview.ts';
import * as tokensApi from '../api/tokens.ts';
import { PageWork } from '../core/page-work.ts';
import { Polling } from '../core/polling.ts';
import { holdHere } from '../core/router.ts';
import type { Confirmed } from '../ui/confirm-dialog.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import { requestUnlock } from '../unlock/unlocking.ts';
import { engineFile, type Pin, pinOf, type SignedKeyring, verifyKeyring } from './engine-file.ts';
import { SettingAside } from './setting-aside.ts';
import type { TokenWanted } from './token-form.ts';
import type { TokenActWanted } from './token-list.ts';
import { overlapOf, type TokenAsked, tokenQuestion } from './token-question.ts';
import '../ui/confirm-dialog.ts';
import './issued-token.ts';
import '../ui/problem-note.ts';
import './token-form.ts';
import './token-list.ts';

const REFRESH_MS = 10_000;
/** While something is being set aside, which goes on by itself. */
const PROGRESS_MS = 2_000;
/** The two acts that end with a token being shown. */
const ISSUING = 'issuing';
const ROTATING = 'rotating';

/** The server's word; the pin is compared with what this browser has verified each time it is shown. */
/** `more`: there are more than were read. */
type Loaded = { tokens: Token[]; more: boolean; fingerprint: string | null; keyring: SignedKeyring | null };

@customElement('tokens-page')
export class TokensPage extends LitElement {
  static override styles = [shared, page];

  @property({ attribute: false }) membership!: Membership;
  @state() private issued: { token: IssuedToken; file: EngineFile } | null = null;
  /** The token last refused for its answer, until the next act. */
  @state() private refused: { label: string; revoked: boolean } | null = null;
  /** The question of the dialog; setting aside has a dialog of its own. */
  @state() private asked: TokenAsked | null = null;
  #work = new PageWork<Loaded>(this, { load: () => (this.#admin ? this.#load() : null), everyMs: REFRESH_MS });
  #aside = new SettingAside(this, () => this.#tenant, this.#work);

  constructor() {
    super();
    new Polling(this, PROGRESS_MS, async () => {
      const { loaded, looking } = this.#work;
      const going = loaded?.tokens.some(({ aside }) => aside !== null && aside.state !== 'set_aside');
      if (going && !looking) await this.#work.now();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    holdHere(null);
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const [{ tokens, next }, { fingerprint }, keyring] = await Promise.all([
      tokensApi.tokens(this.#tenant),
      askOverview(this.#tenant),
      keyringApi.keyring(this.#tenant),
    ]);
    const verified = keyring && (await verifyKeyring(this.#tenant, keyring));
    return { tokens, more: next !== null, fingerprint, keyring: verified };
  }

  /**
   * Shows a token with its file. One whose answer names another fingerprint than was asked for is not shown, and is
   * revoked.
   */
  async #show(token: IssuedToken, pin: Pin): Promise<void> {
    const file = engineFile(token, pin);
    if (file) {
      this.issued = { token, file };
      return;
    }
    this.refused = { label: token.label, revoked: false };
    await tokensApi.revokeToken(this.#tenant, token.id);
    this.refused = { label: token.label, revoked: true };
  }

  /** A person who leaves during the request would never see it: it is kept from here until it is put away. */
  async #ask(asked: Promise<IssuedToken>, pin: Pin): Promise<void> {
    holdHere('The token is shown once. Leave without it?');
    try {
      await this.#show(await asked, pin);
    } finally {
      // A person who has left all the same is asked nothing at the place they have gone to.
      if (this.isConnected && !this.issued) holdHere(null);
    }
  }

  /** Null: none. A fingerprint that this browser has not verified goes into no engine. */
  #fingerprint(pin: Pin): string | null {
    return pin.state === 'verified' ? pin.fingerprint : null;
  }

  #issue({ detail: { label, livesMs } }: TokenWanted, pin: Pin): void {
    void this.#work.do(async () => {
      this.refused = null;
      const expiresAt = livesMs === null ? null : Date.now() + livesMs;
      const fingerprint = this.#fingerprint(pin);
      await this.#ask(tokensApi.issueToken(this.#tenant, { label, expiresAt, fingerprint }), pin);
    }, ISSUING);
  }

  #act({ token, act }: TokenAsked, overlapMs: number, pin: Pin): void {
    void this.#work.do(
      async () => {
        this.asked = null;
        this.refused = null;
        if (act === 'rotate') {
          if (pin.state === 'differs')
            throw new Error('The fingerprint is not the one this browser has verified: see above.');
          if (pin.state === 'unproven') throw new Error('The keyring is not one this browser can verify: see above.');
          const fingerprint = this.#fingerprint(pin);
          await this.#ask(tokensApi.rotateToken(this.#tenant, token.id, { overlapMs, fingerprint }), pin);
          return '';
        }
        await tokensApi.revokeToken(this.#tenant, token.id);
        return `“${token.label || token.id}” is revoked: it is refused from now on.`;
      },
      act === 'rotate' ? ROTATING : '',
    );
  }

  #close = (): void => {
    this.issued = null;
    holdHere(null);
  };

  override render() {
    if (!this.#admin)
      return html`<h1>Engine tokens</h1><p>An admin of ${this.membership.name} issues and revokes the tokens of engines.</p>`;
    const { loaded, unreachable } = this.#work;
    const failure = this.#work.failureBut(this.issued ? '' : ISSUING);
    return html`<h1>Engine tokens</h1>
      <p class="quiet">What a PC reports and seals its secrets with while it is set up. A token can read nothing.</p>
      <problem-note .error=${failure ?? unreachable}></problem-note>
      ${this.#refusedNote()}
      ${loaded === null && !unreachable ? html`<p role="status">Loading the tokens …</p>` : nothing}
      ${loaded ? this.#sections(loaded, pinOf(this.#tenant, loaded.fingerprint, loaded.keyring)) : nothing}
      ${toastOf(this.#work)}`;
  }

  #sections({ tokens, more, fingerprint }: Loaded, pin: Pin) {
    const { issued, asked } = this;
    const pinned = pin.state === 'verified';
    return html`${
      issued
        ? html`<section class="card">
            <issued-token .issued=${issued.token} .file=${issued.file} @kept=${() => holdHere(null)} @closed=${this.#close}></issued-token>
          </section>`
        : html`<section class="card">
            <h2>Issue a token</h2>
            ${this.#pinNote(pin)}
            <token-form
              .busy=${this.#work.busy}
              .issuing=${this.#work.doing === ISSUING || this.#work.doing === ROTATING}
              .failure=${this.#work.failureOf(ISSUING)}
              .disabled=${pin.state === 'differs' || pin.state === 'unproven'}
              .pinned=${pinned}
              @token-wanted=${(event: TokenWanted) => this.#issue(event, pin)}
            ></token-form>
          </section>`
    }
      <section class="card">
        <token-list
          .tokens=${tokens}
          .fingerprint=${fingerprint}
          @token-act-wanted=${({ detail: { token, act } }: TokenActWanted) => {
            if (act === 'rotate' || act === 'revoke') this.asked = { token, act };
            else this.#aside.ask({ token, act });
          }}
        ></token-list>
        ${more ? html`<p class="quiet">There are older tokens that are not shown here.</p>` : nothing}
      </section>
      ${asked ? this.#confirm(asked, pin) : nothing}
      ${this.#aside.render()}`;
  }

  #confirm(asked: TokenAsked, pin: Pin) {
    const { heading, action, danger, words } = tokenQuestion(asked, pin.state === 'verified');
    return html`<confirm-dialog
      heading=${heading}
      action=${action}
      ?danger=${danger}
      .words=${words}
      .busy=${this.#work.busy}
      @closed=${() => {
        this.asked = null;
      }}
      @confirmed=${(event: Confirmed) => this.#act(asked, overlapOf(event), pin)}
    ></confirm-dialog>`;
  }

  #refusedNote() {
    if (!this.refused) return nothing;
    const { label, revoked } = this.refused;
    return html`<p class="note bad" role="alert">
      The server answered with another fingerprint than the one this browser asked with, so the token “${label}” is not shown and no
      file is made: an engine would trust a root that nobody here has verified. Tell your operator.
      ${revoked ? 'The token is revoked.' : 'The token has to be revoked: if it stays in the list below, revoke it there.'}
    </p>`;
  }

  #pinNote(pin: Pin) {
    switch (pin.state) {
      case 'verified':
        return html`<p class="quiet">
          Its configuration file carries the fingerprint that this browser has verified, so that the engine refuses every other root.
        </p>`;
      case 'none':
        return html`<p class="note warn">
          The first-time set-up has not been done, so there is no fingerprint yet: an engine would trust the first root it meets.
        </p>`;
      case 'unseen':
        return html`<p class="note warn">
          This browser has not verified the tenant’s fingerprint yet. Unlock once, and new tokens are pinned;
          until then only an unpinned file can be made, and its engine trusts the first root it meets.
          <button @click=${() => void requestUnlock(this.#tenant).then(this.#work.now)}>Unlock to verify</button>
        </p>`;
      case 'differs':
        return html`<p class="note bad" role="alert">
          The server shows another fingerprint than the one this browser has verified, or none, so no token is issued here. If the root was
          replaced, unlock and compare the words with the admin who did it; else tell your operator.
        </p>`;
      case 'unproven':
        return html`<p class="note bad" role="alert">
          ${pin.says} So no token is issued here. Unlock to look at it again; if it stays so, tell your operator.
        </p>`;
      default:
        return pin satisfies never;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tokens-page': TokensPage;
  }
}
