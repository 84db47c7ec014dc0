// One's own ways to unlock, on the page of unlock methods: the list of them, a new one or the request for it, and another passphrase.
import { html, nothing } from 'lit';
import { RIGHTS_OF } from '../../../schema/facts/roles.ts';
import type { Grant } from '../../../schema/grant.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import type { KeyringAct } from '../../vault/contract.ts';
import * as grantsApi from '../api/grants.ts';
import * as api from '../api/keyring.ts';
import { exactTime, rightsWords } from '../ui/words.ts';
import { keepLastUsed } from '../unlock/last-used.ts';
import { vault } from '../unlock/vault-client.ts';
import type { Access, AccessWork } from './access-work.ts';
import { keepWords, readWords } from './asked-words.ts';
import type { NewUnlocker } from './new-unlocker.ts';
import '../ui/eight-words.ts';
import './new-passphrase.ts';
import './new-unlocker.ts';
import './unlocker-list.ts';

/** Put `render()` somewhere in the page's template. */
export class OwnUnlockers {
  readonly #work: AccessWork;

  constructor(work: AccessWork) {
    this.#work = work;
  }

  /** An admin who can open one adds another at once; anybody else asks, and an admin confirms the words. */
  #add({ detail }: NewUnlocker, access: Access): void {
    const { email } = this.#work;
    if (!this.#mayAdd(access)) {
      void this.#work.make(() => this.#ask(detail, access));
      return;
    }
    const act: KeyringAct =
      detail.kind === 'passkey'
        ? { act: 'add_passkey', email, label: detail.label, kdf: detail.kdf, prf: detail.prf }
        : { act: 'add_passphrase', email, label: detail.label, passphrase: detail.passphrase };
    void this.#work.act('Confirm with a way to unlock that you have', 'Add', act, 'Added.');
  }

  async #ask(made: NewUnlocker['detail'], { keyring }: Access): Promise<string> {
    if (!keyring) return '';
    const { tenant, email, role } = this.#work;
    const rights = RIGHTS_OF[role];
    const asked = await vault().draftGrant({ tenant, email, root: keyring.fingerprint, rights, ...made });
    if (!asked.ok) throw new Error(asked.message);
    await grantsApi.requestGrant(tenant, asked.request);
    keepWords(tenant, asked.request.unlocker.id, { rights, words: asked.words });
    return 'Asked. Read your eight words to an admin, by telephone or face to face.';
  }

  #mayAdd({ keyring, manifest }: Access): boolean {
    const usable = new Set(keyring?.unlockers.map((one) => one.id));
    const { isAdmin } = this.#work;
    return isAdmin && (manifest?.unlockers ?? []).some((one) => usable.has(one.id) && one.rights.includes('admin'));
  }

  /** The old one cannot be asked for: another way to unlock signs, and the old one goes with the same signature. */
  #replaceForgotten(instead: ManifestUnlocker, passphrase: string): void {
    const { tenant, email, stepUp } = this.#work;
    const wasRecovery = this.#work.making.what === 'forgotten';
    const act: KeyringAct = { act: 'add_passphrase', email, label: instead.label, passphrase, instead };
    void this.#work.do(async () => {
      const done = await stepUp.act(tenant, 'Confirm with another way to unlock', 'Replace the passphrase', act);
      if (!done) return '';
      const [made] = done.value.write.unlockers;
      if (made) keepLastUsed(tenant, made.id);
      this.#work.begin({ what: wasRecovery ? 'renewed' : 'nothing' });
      return 'Your new passphrase counts from now on; the old one opens nothing any more.';
    });
  }

  #changePassphrase(unlocker: string, passphrase: string): void {
    const { tenant, stepUp } = this.#work;
    void this.#work.make(async () => {
      const changed = await stepUp.open(tenant, {
        heading: 'Your passphrase of until now',
        action: 'Change',
        only: (one) => one.id === unlocker,
        work: (input) => vault().draftPassphraseChange({ ...input, passphrase }),
      });
      if (!changed) return '';
      await api.changeUnlocker(tenant, changed.value.changed);
      return 'Your passphrase is changed.';
    });
  }

  render(access: Access, { unlockers }: Manifest) {
    const { making, email, isAdmin, busy } = this.#work;
    const own = unlockers.filter((one) => one.owner === email);
    const waiting = access.grants.find((one) => one.email === email);
    return html`<section class="card">
      <div class="card-head">
        <h2>Your unlock methods</h2>
        ${
          making.what === 'nothing' && !waiting
            ? html`<button @click=${() => this.#work.begin({ what: 'own' })}>${this.#mayAdd(access) ? 'Add one' : 'Ask for access'}</button>`
            : nothing
        }
      </div>
      ${this.#answer()}
      ${own.length === 0 && !waiting ? html`<p class="quiet">You have none of your own yet.</p>` : nothing}
      <unlocker-list
        .unlockers=${own}
        .removable=${(one: ManifestUnlocker) =>
          // A passkey is never somebody's last: it would be lost with its device.
          isAdmin && own.some((other) => other.id !== one.id && other.kind !== 'passkey')}
        changeable
        .used=${access.keyring?.used ?? null}
        .busy=${busy}
        @remove-wanted=${(event: CustomEvent<ManifestUnlocker>) => void this.#work.remove(event.detail)}
        @change-wanted=${({ detail: unlocker }: CustomEvent<ManifestUnlocker>) =>
          this.#work.begin({ what: 'passphrase', unlocker })}
      ></unlocker-list>
      ${waiting ? this.#asked(waiting) : nothing} ${making.what === 'own' ? this.#form(access) : nothing}
      ${making.what === 'passphrase' ? this.#passphraseForm(making.unlocker) : nothing}
    </section>`;
  }

  /** What an admin has answered; the region stands empty before it speaks. */
  #answer() {
    const { answered } = this.#work;
    return html`<div role="status">
      ${
        answered === null
          ? nothing
          : answered === 'given'
            ? html`<p class="note good">An admin gave you access: you can unlock with it now.</p>`
            : html`<p class="note warn">Your request waits no longer, and access was not given: ask an admin why, and then again.</p>`
      }
    </div>`;
  }

  /** It shows what this browser has asked for, whatever the server says the request was. */
  #asked(grant: Grant) {
    const asked = readWords(this.#work.tenant, grant.id);
    return html`<div class="note">
      <p>You asked for access ${exactTime(grant.requestedAt)}. It waits for an admin.</p>
      ${
        asked === 'earlier' || grant.rights === null
          ? html`<p>
              That was before the eight words said what a request is for, so no admin can sign it. Take it back and ask again.
            </p>`
          : asked === null
            ? html`<p>Your eight words are in the browser that you asked with. Take the request back to ask with this one.</p>`
            : html`<p>You asked to be able to <strong>${rightsWords(asked.rights)}</strong>.</p>
                <p>
                  Read these words to an admin, by telephone or face to face, and say what you asked for. They see the same, or
                  must decline:
                </p>
                <eight-words .words=${asked.words}></eight-words>`
      }
      <button ?disabled=${this.#work.busy} @click=${() => void this.#work.answer({ grant, words: null })}>Take the request back</button>
    </div>`;
  }

  #form(access: Access) {
    const { role, name, email, busy, end } = this.#work;
    return html`${
      this.#mayAdd(access) ? nothing : html`<p>You ask to be able to ${rightsWords(RIGHTS_OF[role])}.</p>`
    }<new-unlocker
        .tenant=${name}
        .email=${email}
        .busy=${busy}
        @made=${(event: NewUnlocker) => this.#add(event, access)}
        @closed=${end}
      ></new-unlocker>`;
  }

  /** A new passphrase in the place of one that nobody remembers. */
  forgottenForm(unlocker: ManifestUnlocker) {
    const { name, email, busy, end } = this.#work;
    return html`<new-passphrase
      .about=${[email, name]}
      action="Replace the old one"
      .busy=${busy}
      @closed=${end}
      @chosen=${({ detail }: CustomEvent<string>) => this.#replaceForgotten(unlocker, detail)}
    ></new-passphrase>`;
  }

  #passphraseForm(unlocker: ManifestUnlocker) {
    const { name, email, busy, end, isAdmin } = this.#work;
    return html`<new-passphrase
      .about=${[email, name]}
      label="New passphrase"
      action="Change it"
      .busy=${busy}
      ?forgettable=${isAdmin}
      @chosen-instead=${({ detail }: CustomEvent<string>) => this.#replaceForgotten(unlocker, detail)}
      @closed=${end}
      @chosen=${({ detail }: CustomEvent<string>) => this.#changePassphrase(unlocker.id, detail)}
    ></new-passphrase>`;
  }
}
