// Versions of a secret that its list leaves out: the next older ones, or those it began with, as somebody asks for them. A controller.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ListedVersion } from '../../../schema/secret.ts';
import type { ListedPart } from '../api/machines.ts';
import * as api from '../api/secrets.ts';

/**
 * `older` goes on where the list ends, `first` begins with version 1; neither overlaps the other. `failure`: why the
 * last reading failed.
 */
export type FurtherVersions = {
  older: readonly ListedVersion[];
  first: readonly ListedVersion[];
  reading: boolean;
  failure: unknown;
};
const NONE: FurtherVersions = { older: [], first: [], reading: false, failure: null };

/** The last version that is known without a gap: a version that came in since has pushed another out of the list. */
function endOf(older: readonly ListedVersion[], listed: number): number {
  let end = listed;
  for (const { version } of older) if (version === end - 1) end = version;
  return end;
}

export class OlderVersions implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #part: ListedPart;
  readonly #versions: typeof api.versions;
  /** Another one each time everything is forgotten: what is still read for the machine before is left. */
  #machine = {};
  /** By secret. Another one with every change, so that its view is drawn anew. */
  known: ReadonlyMap<string, FurtherVersions> = new Map();

  constructor(
    host: ReactiveControllerHost,
    tenant: () => string,
    part: ListedPart,
    versions: typeof api.versions = api.versions,
  ) {
    this.#host = host;
    this.#tenant = tenant;
    this.#part = part;
    this.#versions = versions;
    host.addController(this);
  }

  hostConnected(): void {}

  forget(): void {
    this.#machine = {};
    this.known = new Map();
  }

  /** Reads a page more of one end. `listed`: the oldest version that the list itself shows. */
  async more(secret: string, end: 'older' | 'first', listed: number): Promise<void> {
    const before = this.known.get(secret) ?? NONE;
    if (before.reading) return;
    const machine = this.#machine;
    this.#keep(secret, { ...before, reading: true });
    const after = end === 'older' ? endOf(before.older, listed) : before.first.at(-1)?.version;
    let read = before;
    try {
      const order = end === 'older' ? 'newest' : 'oldest';
      const { versions } = await this.#versions(this.#tenant(), secret, this.#part, order, after);
      const shown = new Set([...before.older, ...before.first].map(({ version }) => version));
      const fresh = versions.filter(({ version }) => version < listed && !shown.has(version));
      const known = [...before[end], ...fresh].sort((a, b) =>
        end === 'older' ? b.version - a.version : a.version - b.version,
      );
      read = { ...before, [end]: known, failure: null };
    } catch (failure) {
      read = { ...before, failure };
    }
    if (machine === this.#machine) this.#keep(secret, { ...read, reading: false });
  }

  #keep(secret: string, further: FurtherVersions): void {
    this.known = new Map([...this.known, [secret, further]]);
    this.#host.requestUpdate();
  }
}
