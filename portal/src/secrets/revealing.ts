// A reveal from the reason to the plaintext: asks the API for one ciphertext and the vault to open it. The controller shows the dialog, so
// that a page only says which secret is wanted.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Revealed, Secret, SecretVersion } from '../../../schema/secret.ts';
import type { VaultState } from '../../vault/contract.ts';
import { ApiProblem, isProblem } from '../api/http.ts';
import * as secretsApi from '../api/secrets.ts';
import * as settingsApi from '../api/settings.ts';
import { OneAct } from '../core/one-act.ts';
import { dateTime, duration } from '../ui/words.ts';
import { Opening } from '../unlock/opening.ts';
import type { Proof } from '../unlock/unlock-fields.ts';
import { onVaultState, refreshVaultState, vault, vaultState } from '../unlock/vault-client.ts';
import { keepTicket, lastTicket, ticketOf } from './last-ticket.ts';
import { sameRef } from './refs.ts';
import type { Pc, RevealStep } from './reveal-dialog.ts';
import type { ReasonGiven } from './reveal-form.ts';
import type { Offered } from './version-words.ts';
import './reveal-dialog.ts';

type Asked = { secret: Secret; version: SecretVersion };
/** What else may be on the PC, and whether another version has replaced the requested one. */
export type Beside = { choices: readonly Offered[]; earlier: boolean };

/**
 * A refusal in a person's words: a person who has used up their budget is told when it opens again, by their own clock.
 */
function refusalWords(error: unknown): string {
  if (isProblem(error, 'reveal_budget_exceeded') && error instanceof ApiProblem && error.retryAt !== null)
    return `You have used up what one person may reveal here for now, and every admin sees that. The next reveal is possible in ${duration(error.retryAt - Date.now())}, on ${dateTime(error.retryAt)}.`;
  return (error as Error).message;
}

/** It stands at the field. */
const isAboutReason = (error: unknown): boolean =>
  isProblem(error, 'not_a_ticket') || (error instanceof ApiProblem && error.fields.has('reason'));

/** The answer must match the request: otherwise a server that swaps the record would choose what is shown. */
const isFor = (revealed: Revealed, { secret, version }: Asked): boolean =>
  revealed.id === secret.id &&
  revealed.machine === secret.machine &&
  revealed.kind === secret.kind &&
  revealed.version.version === version.version &&
  sameRef(revealed.ref, secret.ref);

/** One reveal at a time; put `render()` somewhere in the host's template. `onClosed` hears that the dialog is gone. */
export class Revealing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #onClosed: () => void;
  #asked: Asked | null = null;
  #beside: Beside = { choices: [], earlier: false };
  #ticket: string | null = null;
  #step: RevealStep = { step: 'reason' };
  /** A second press, or Enter held down, is not a second reveal on record. */
  readonly #act: OneAct;
  readonly #opening: Opening;
  /** The vault is closed for this tenant: opening it is the dialog's first step. Null: it has not said yet. */
  #locked: boolean | null = null;
  #stop: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, tenant: () => string, onClosed: () => void) {
    this.#host = host;
    this.#tenant = tenant;
    this.#onClosed = onClosed;
    this.#act = new OneAct(host);
    this.#opening = new Opening(host);
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = onVaultState((state) => {
      if (!this.#asked) return;
      const open = this.#isOpen(state);
      // A person who locks, in whichever tab or window, wants nothing left to be read.
      if (!open && this.#step.step === 'shown') this.#closed();
      else if (this.#step.step === 'reason' && this.#locked !== !open && !this.#opening.working) this.#lockedIs(!open);
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#asked = null;
    this.#step = { step: 'reason' };
    this.#opening.end();
  }

  #isOpen(state: VaultState): boolean {
    return state.state === 'unlocked' && state.tenant === this.#tenant();
  }

  /** Shows the way to unlock, or that nothing has to be unlocked any more. */
  #lockedIs(locked: boolean): void {
    this.#locked = locked;
    if (locked) void this.#opening.begin(this.#tenant());
    else this.#opening.end();
    this.#host.requestUpdate();
  }

  ask(asked: Asked, beside: Beside): void {
    this.#act.forget();
    this.#asked = asked;
    this.#beside = beside;
    this.#show({ step: 'reason' });
    this.#locked = null;
    void refreshVaultState();
    void this.#askTicket(beside);
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  forget(): void {
    this.#act.forget();
    this.#opening.end();
    this.#asked = null;
    this.#show({ step: 'reason' });
  }

  /** The required form of a reason. If it does not arrive, the server checks the reason when it is given. */
  async #askTicket(beside: Beside): Promise<void> {
    this.#ticket = null;
    const settings = await settingsApi.settings(this.#tenant()).catch(() => null);
    if (!this.#asked || this.#beside !== beside) return;
    this.#ticket = settings?.ticketPattern ?? null;
    this.#host.requestUpdate();
  }

  /** Chooses another of the offered versions. The typed text stays. */
  #choose(chosen: Asked): void {
    if (this.#act.busy) return;
    this.#asked = chosen;
    this.#host.requestUpdate();
  }

  #given({ reason, proof }: ReasonGiven['detail']): void {
    const asked = this.#asked;
    if (!asked || this.#act.busy) return;
    const reveal = () => void this.#act.do((signal) => this.#revealOnce(asked, reason, signal));
    if (proof) this.#unlockFirst(proof, reveal);
    else reveal();
  }

  #unlockFirst(proof: Proof, reveal: () => void): void {
    this.#opening.attempt(proof, () => {
      this.#locked = false;
      reveal();
    });
  }

  async #revealOnce(asked: Asked, reason: string, signal: AbortSignal): Promise<void> {
    const tenant = this.#tenant();
    const open = this.#isOpen(await refreshVaultState());
    // A person who has left meanwhile wants nothing revealed, and nothing of it on record.
    if (signal.aborted) return;
    // It may have locked since the dialog opened: what was typed stays.
    if (!open) return this.#lockedIs(true);
    this.#show({ step: 'working' });
    let revealed: Revealed;
    try {
      revealed = await secretsApi.reveal(tenant, asked.secret.id, reason, asked.version.version);
      keepTicket(tenant, ticketOf(reason, this.#ticket));
    } catch (error) {
      if (signal.aborted) return;
      const message = refusalWords(error);
      this.#show(
        isAboutReason(error)
          ? { step: 'reason', fault: message }
          : { step: 'fault', message, audited: isProblem(error, 'done_already') },
      );
      return;
    }
    // A person who has left since sees only that it is on record.
    if (signal.aborted) return this.#onClosed();
    const opened = isFor(revealed, asked)
      ? await vault()
          .open(revealed)
          .catch(() => ({ ok: false as const, message: 'The vault gave no answer. Reload the page and try again.' }))
      : { ok: false as const, message: 'The server answered with another secret than was asked for. It is not shown.' };
    if (signal.aborted) return;
    this.#show(
      opened.ok
        ? { step: 'shown', opened, auditSeq: revealed.auditSeq }
        : { step: 'fault', message: opened.message, audited: true },
    );
    await refreshVaultState();
  }

  #closed = (): void => {
    this.forget();
    this.#onClosed();
  };

  #show(step: RevealStep): void {
    this.#step = step;
    this.#host.requestUpdate();
  }

  /** `machine` is the name that the dialog gives the PC, `pc` what the server says about it. */
  render(machine: string, pc: Pc | null) {
    if (!this.#asked) return nothing;
    return html`<reveal-dialog
      .secret=${this.#asked.secret}
      .version=${this.#asked.version}
      .progress=${this.#step}
      .busy=${this.#act.busy}
      .ticket=${this.#ticket}
      .locked=${this.#locked ?? !this.#isOpen(vaultState())}
      .unlock=${this.#opening.shown}
      .opening=${this.#opening.working}
      .lastTicket=${lastTicket(this.#tenant(), this.#ticket)}
      .choices=${this.#beside.choices}
      .earlier=${this.#beside.earlier}
      machine=${machine}
      .pc=${pc}
      @version-chosen=${(event: CustomEvent<Asked>) => this.#choose(event.detail)}
      @reason-given=${(event: ReasonGiven) => this.#given(event.detail)}
      @closed=${this.#closed}
    ></reveal-dialog>`;
  }
}
