// The shared ways to unlock, on the page of unlock methods: the team passphrase, and the recovery set with its sheets and its drill.

import { html, nothing } from 'lit';
import { DRILL_EVERY_MS } from '../../../schema/facts/days.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import type { Drafted } from '../../vault/contract.ts';
import * as keyringActs from '../api/keyring-acts.ts';
import { lifeBuoyIcon, usersIcon } from '../ui/icons.ts';
import { dayOf, exactTime } from '../ui/words.ts';
import { writeDrafted } from '../unlock/step-up.ts';
import { vault } from '../unlock/vault-client.ts';
import type { AccessWork } from './access-work.ts';
import type { Sheets } from './recovery-sheets.ts';
import './new-passphrase.ts';
import './recovery-sheets.ts';
import './recovery-size.ts';

/** Put `render()` somewhere in the page's template, and `sheets()` in its place while sheets are out. */
export class SharedUnlockers {
  readonly #work: AccessWork;

  constructor(work: AccessWork) {
    this.#work = work;
  }

  /** Makes a set and shows its sheets, which count once each is typed back. */
  makeSet({ threshold, count }: { threshold: number; count: number }): void {
    const { tenant, stepUp } = this.#work;
    void this.#work.make(async () => {
      const act = { act: 'make_recovery_set', threshold, count } as const;
      const drafted = await stepUp.draft(tenant, 'Make a recovery set', 'Go on', act);
      if (!drafted?.value.recovery) return '';
      const sheets = { ...drafted.value.recovery, threshold, fingerprint: drafted.value.fingerprint };
      this.#work.begin({ what: 'sheets', drafted: drafted.value, sheets });
      return '';
    });
  }

  #keepSet(drafted: Drafted): void {
    void this.#work.make(async () => {
      await writeDrafted(this.#work.tenant, drafted);
      return 'The recovery set counts from now on; sheets of an earlier one open nothing any more.';
    });
  }

  #drill(recovery: ManifestUnlocker): void {
    const { tenant, stepUp } = this.#work;
    void this.#work.make(async () => {
      const proven = await stepUp.open(tenant, {
        heading: 'Test the sheets',
        action: 'Test',
        only: (one) => one.id === recovery.id,
        work: (input) => vault().drill(input),
      });
      if (!proven) return '';
      await keyringActs.noteDrill(tenant, recovery.id, proven.value.proof);
      return 'Tested: these sheets open everything. Nothing was shown and nothing is unlocked.';
    });
  }

  #replaceTeam(passphrase: string): void {
    void this.#work.act(
      'Confirm with your own way to unlock',
      'Confirm',
      { act: 'set_team_passphrase', passphrase },
      'The team passphrase counts from now on. Hand it to your engineers by a safe way.',
    );
  }

  render({ unlockers }: Manifest, { drills }: Keyring) {
    const { isAdmin } = this.#work;
    const team = unlockers.find((one) => one.owner === null && one.kind !== 'recovery');
    const recovery = unlockers.find((one) => one.kind === 'recovery');
    const provenAt = recovery && (drills[recovery.id] ?? recovery.createdAt);
    const due = provenAt !== undefined && Date.now() - provenAt > DRILL_EVERY_MS;
    return html`<section class="card">
      <h2>Shared by the team</h2>
      <ul>
        <li>
          <span class="tile warn">${usersIcon}</span>
          <span class="text">
            <strong>Team passphrase</strong><br />
            <span class="quiet">
              ${
                team
                  ? html`Reveals only · <span title=${exactTime(team.createdAt)}>since ${dayOf(team.createdAt)}</span> · replaced whenever somebody who
                      knows it leaves`
                  : html`There is none. A way of their own for each engineer is safer: nobody else has to change theirs when one leaves.`
              }
            </span>
          </span>
          ${isAdmin ? this.#teamForm(team !== undefined) : nothing}
        </li>
        <li>
          <span class="tile warn">${lifeBuoyIcon}</span>
          <span class="text">
            <strong>${recovery?.label ?? 'Recovery set'}</strong><br />
            <span class="quiet">
              ${
                recovery && provenAt !== undefined
                  ? html`${drills[recovery.id] ? 'Last tested' : 'Made'} <span title=${exactTime(provenAt)}>${dayOf(provenAt)}</span>`
                  : html`There is none: one forgotten passphrase may cost you everything.`
              }
            </span>
          </span>
          ${isAdmin ? this.#recoveryForm(recovery) : nothing}
          ${due ? html`<p class="note warn whole">Nobody has tested this set for a year. Test it: sheets get lost.</p>` : nothing}
        </li>
      </ul>
    </section>`;
  }

  #teamForm(replaces: boolean) {
    const { making, email, name, busy, end } = this.#work;
    if (making.what !== 'team')
      return html`<button @click=${() => this.#work.begin({ what: 'team' })}>${replaces ? 'Replace the team passphrase' : 'Add a team passphrase'}</button>`;
    return html`<new-passphrase
      class="whole"
      .about=${[email, name]}
      label="Team passphrase"
      action=${replaces ? 'Replace it' : 'Add it'}
      .busy=${busy}
      @closed=${end}
      @chosen=${({ detail }: CustomEvent<string>) => this.#replaceTeam(detail)}
    ></new-passphrase>`;
  }

  #recoveryForm(recovery: ManifestUnlocker | undefined) {
    const { making, busy, end } = this.#work;
    if (making.what === 'set')
      return html`<recovery-size
        class="whole"
        .busy=${busy}
        @closed=${end}
        @chosen=${({ detail }: CustomEvent<{ threshold: number; count: number }>) => this.makeSet(detail)}
      ></recovery-size>`;
    return html`<div class="row">
      <button @click=${() => this.#work.begin({ what: 'set' })}>Make a new recovery set</button>
      ${recovery ? html`<button ?disabled=${busy} @click=${() => this.#drill(recovery)}>Test the sheets</button>` : nothing}
    </div>`;
  }

  sheets({ drafted, sheets }: { drafted: Drafted; sheets: Sheets }) {
    const { name, busy, end } = this.#work;
    return html`<div class="card">
      <recovery-sheets
        .sheets=${sheets}
        .tenant=${name}
        action="Use this set from now on"
        renews
        .busy=${busy}
        @typed-back=${() => this.#keepSet(drafted)}
      ></recovery-sheets>
      <button class="screen" ?disabled=${busy} @click=${end}>Discard this set</button>
    </div>`;
  }
}
