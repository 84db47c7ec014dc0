// The dialogs of a machine's page: a reveal, a secret by hand, a merge, and that something was rotated.
import { html, type ReactiveControllerHost } from 'lit';
import type { Machine } from '../../../schema/machine.ts';
import type { Secret } from '../../../schema/secret.ts';
import { Adding } from '../secrets/adding.ts';
import { Revealing } from '../secrets/revealing.ts';
import { SayingRotated } from '../secrets/saying-rotated.ts';
import type { RevealWanted } from '../secrets/secret-list.ts';
import { offeredWith } from '../secrets/version-words.ts';
import { Merging } from './merging.ts';

type Of = {
  place: () => { tenant: string; machine: string; email: string };
  /** Hears what was done, in words. */
  done: (words: string) => void;
  /** Hears which entry was merged into this one. */
  merged: (other: string) => void;
  readAnew: () => void;
};

/** Each is a controller of its own; put `render()` somewhere in the host's template. */
export class MachineDialogs {
  readonly #revealing: Revealing;
  readonly adding: Adding;
  readonly merging: Merging;
  readonly sayingRotated: SayingRotated;

  constructor(host: ReactiveControllerHost, { place, done, merged, readAnew }: Of) {
    const tenant = () => place().tenant;
    this.#revealing = new Revealing(host, tenant, readAnew);
    this.merging = new Merging(host, merged);
    this.sayingRotated = new SayingRotated(host, tenant, done);
    this.adding = new Adding(host, place, done);
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  forget(): void {
    for (const dialog of [this.#revealing, this.adding, this.merging, this.sayingRotated]) dialog.forget();
  }

  /** Why an act was not done, if its dialog has been closed meanwhile. */
  get failureBehind(): unknown {
    return this.adding.failureBehind ?? this.merging.failureBehind ?? this.sayingRotated.failureBehind;
  }

  /** Offers other versions that the PC may have, unless the requested one is itself not current. */
  reveal(asked: RevealWanted['detail'], secrets: readonly Secret[]): void {
    const choices = offeredWith(asked.secret, secrets);
    const isOffered = choices.some(
      ({ secret, version }) => secret.id === asked.secret.id && version.version === asked.version.version,
    );
    this.#revealing.ask(asked, { choices: isOffered ? choices : [], earlier: !isOffered });
  }

  /** `name` is what the dialogs call the PC. */
  render(name: string, machine: Machine | null) {
    return html`${this.#revealing.render(name, machine)} ${this.adding.render(name)} ${this.merging.render()}
      ${this.sayingRotated.render(name)}`;
  }
}
