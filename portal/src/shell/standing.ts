// How the tenant stands, for whoever oversees it: asked every half a minute, and on each new page. What waits is counted in the rail, what
// is grave is said on every page.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { DRILL_EVERY_MS } from '../../../schema/facts/days.ts';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { Live } from '../api/live.ts';
import { overview as askOverview } from '../api/overview.ts';
import { Polling } from '../core/polling.ts';
import type { Dues } from './menu.ts';

/** Fired on window when the tenant’s keys were made here: what every page says of them is no longer true. */
export const KEYS_MADE = 'totl-keys-made';
const REFRESH_MS = 30_000;

export class Standing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #membership: Membership | null = null;
  #seen = '';
  overview: Overview | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
    new Polling(host, REFRESH_MS, () => this.#refresh());
    // Who waits for an admin is told at once.
    new Live(host, () => this.#membership?.tenant ?? null, {
      changed() {},
      resync() {},
      requests: () => void this.#refresh(),
    });
  }

  hostConnected(): void {
    window.addEventListener(KEYS_MADE, this.#keysMade);
  }

  hostDisconnected(): void {
    window.removeEventListener(KEYS_MADE, this.#keysMade);
  }

  #keysMade = (): void => void this.#refresh();

  /** Said with each render. `membership`: of the tenant that is open, where the person oversees it; `place`: another page is another look. */
  look(membership: Membership | null, place: string): void {
    const seen = `${membership?.tenant} ${membership?.role} ${place}`;
    if (seen === this.#seen) return;
    if (membership?.tenant !== this.#membership?.tenant) this.overview = null;
    this.#seen = seen;
    this.#membership = membership;
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const asked = this.#membership;
    if (!asked) return;
    // The page beneath says what is wrong with the connection; the last known state stays here.
    const overview = await askOverview(asked.tenant).catch(() => null);
    // Another tenant may be open by then.
    if (!overview || asked.tenant !== this.#membership?.tenant) return;
    this.overview = overview;
    this.#host.requestUpdate();
  }
}

export const isDrillDue = ({ recoveryProvenAt }: { recoveryProvenAt: number | null }): boolean =>
  recoveryProvenAt !== null && Date.now() - recoveryProvenAt > DRILL_EVERY_MS;

/** What waits, by the words of the page where it is dealt with. */
export function duesOf(overview: Overview | null): Dues {
  if (!overview) return {};
  const { custody, tokensExpiring } = overview;
  const waiting = custody?.grantsWaiting ?? 0;
  const ending = tokensExpiring.length;
  return {
    ...(waiting > 0
      ? {
          'Unlock methods': {
            count: waiting,
            tone: '',
            words: waiting === 1 ? 'Somebody waits for you' : `${waiting} wait for you`,
          },
        }
      : {}),
    ...(ending > 0
      ? {
          'Engine tokens': {
            count: ending,
            tone: 'warn',
            words: ending === 1 ? 'A token expires soon' : `${ending} tokens expire soon`,
          },
        }
      : {}),
  };
}
