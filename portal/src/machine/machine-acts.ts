// What a person does to a machine at one press, with no dialog of its own: confirm a version, archive or bring back, and say what a mark was.
import type { ReactiveControllerHost } from 'lit';
import { acknowledge, moveMachine, split } from '../api/machines.ts';
import { confirmSecret } from '../api/secrets.ts';
import { OneAct } from '../core/one-act.ts';
import type { MarkWanted } from '../fleet/attention-note.ts';
import type { ConfirmWanted } from '../secrets/secret-list.ts';
import type { MoveWanted } from './machine-identity.ts';

const MOVE_SAID: Record<MoveWanted['detail']['act'], string> = {
  archive: 'Out of the fleet list. Its secrets stay.',
  restore: 'Back in the fleet list.',
  unmerge: 'The merge is undone.',
};

/** One at a time; what came of it is read anew. */
export class MachineActs extends OneAct {
  readonly #of: () => { tenant: string; machine: string };

  constructor(
    host: ReactiveControllerHost,
    of: () => { tenant: string; machine: string },
    readAnew: () => Promise<void>,
  ) {
    super(host, readAnew);
    this.#of = of;
  }

  /** This admin says that the version is on the PC; the object decides whether they may say so. */
  confirm = ({ detail: { secret, version } }: ConfirmWanted): Promise<void> =>
    this.do(async () => {
      await confirmSecret(this.#of().tenant, secret, version);
      return 'Confirmed: what it takes the place of is no longer to be rotated.';
    });

  /** Archives the entry, brings it back or undoes a merge. */
  moveMachine = ({ detail: { act, machine } }: MoveWanted): Promise<void> =>
    this.do(async () => {
      const { tenant } = this.#of();
      await moveMachine(tenant, machine, act);
      return act === 'archive'
        ? { words: MOVE_SAID[act], undo: () => this.#moved(tenant, machine, 'restore') }
        : MOVE_SAID[act];
    });

  async #moved(tenant: string, machine: string, act: MoveWanted['detail']['act']): Promise<string> {
    await moveMachine(tenant, machine, act);
    return MOVE_SAID[act];
  }

  /** Two entries were merged in a dialog of the page; `other` is the one that was taken in. */
  merged(other: string): void {
    const { tenant } = this.#of();
    this.offer('Merged: both histories are shown here.', () => this.#moved(tenant, other, 'unmerge'));
  }

  /** Somebody has looked into a mark. */
  markSeen = ({ detail }: MarkWanted): Promise<void> =>
    this.do(async () => {
      const { tenant, machine } = this.#of();
      await acknowledge(tenant, machine, detail);
      return detail.mark === 'cloned'
        ? 'On record: it is one PC. It is marked again if another one reports.'
        : 'On record: you have looked into it. It comes back if the same happens anew.';
    });

  /** This admin says that several PCs have this id. */
  splitId = ({ detail }: MarkWanted): Promise<void> =>
    this.do(async () => {
      const { tenant, machine } = this.#of();
      await split(tenant, machine, detail.of);
      return 'On record: several PCs have this ID. What each of them sealed stays beside the others.';
    });
}
