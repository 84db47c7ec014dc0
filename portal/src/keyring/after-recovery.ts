// What is left to do once the recovery sheets were used, on the page of unlock methods: a new passphrase in the place of the forgotten one, then
// new sheets, which take the place of those whose codes have left their paper.
import { html, nothing } from 'lit';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Manifest } from '../../../schema/signed.ts';
import type { AccessWork } from './access-work.ts';
import type { OwnUnlockers } from './own-unlockers.ts';
import type { SharedUnlockers } from './shared-unlockers.ts';
import './new-passphrase.ts';
import './recovery-size.ts';
import '../ui/step-list.ts';

/** The use is noted a moment before what is signed with it. */
const NOTED_BEFORE_MS = 5_000;

/** Put `render()` somewhere in the page's template; nothing is shown where the sheets of now were never used. */
export class AfterRecovery {
  readonly #work: AccessWork;
  readonly #own: OwnUnlockers;
  readonly #shared: SharedUnlockers;

  constructor(work: AccessWork, own: OwnUnlockers, shared: SharedUnlockers) {
    this.#work = work;
    this.#own = own;
    this.#shared = shared;
  }

  render({ used, since }: Keyring, { unlockers }: Manifest) {
    const { isAdmin, email } = this.#work;
    const recovery = unlockers.find((one) => one.kind === 'recovery');
    const usedAt = recovery && used[recovery.id];
    if (!isAdmin || usedAt === undefined) return nothing;
    const own = unlockers.filter((one) => one.owner === email && one.kind === 'passphrase');
    const isNew = (one: (typeof own)[number]) => (since[one.id]?.at ?? one.createdAt) > usedAt - NOTED_BEFORE_MS;
    const done = own.some(isNew);
    return html`<section class="card" aria-labelledby="after-recovery">
      <h2 id="after-recovery">After the recovery</h2>
      <step-list
        .steps=${[
          { done, content: done ? html`<p>You have a new passphrase.</p>` : this.#passphrase(own) },
          { done: false, content: this.#sheets(done) },
        ]}
      ></step-list>
    </section>`;
  }

  #passphrase(own: Manifest['unlockers']) {
    const { making, busy } = this.#work;
    const [forgotten, another] = own;
    if (making.what === 'forgotten') return this.#own.forgottenForm(making.unlocker);
    return html`<p>
        Forgotten your passphrase? Set a new one. It takes the place of the old one, which then opens nothing.
        ${another ? 'You have several: press Change the passphrase at the one that you have forgotten.' : nothing}
      </p>
      ${
        another
          ? nothing
          : html`<button
              class="primary"
              ?disabled=${busy}
              @click=${() => this.#work.begin(forgotten ? { what: 'forgotten', unlocker: forgotten } : { what: 'own' })}
            >
              Set a new passphrase
            </button>`
      }`;
  }

  #sheets(primary: boolean) {
    const { making, busy, end } = this.#work;
    if (making.what === 'renewed')
      return html`<recovery-size
        .busy=${busy}
        @closed=${end}
        @chosen=${({ detail }: CustomEvent<{ threshold: number; count: number }>) => this.#shared.makeSet(detail)}
      ></recovery-size>`;
    return html`<p>Make new recovery sheets. The codes that were typed have left their paper; the old sheets then open nothing.</p>
      <button class=${primary ? 'primary' : ''} ?disabled=${busy} @click=${() => this.#work.begin({ what: 'renewed' })}>Make new sheets</button>`;
  }
}
