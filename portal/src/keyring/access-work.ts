// What the parts of the page of unlock methods share: what was read, the one thing that is being made, and the acts on the keyring, each with a step-up.
import type { ReactiveControllerHost } from 'lit';
import type { Grant } from '../../../schema/grant.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import type { Drafted, KeyringAct } from '../../vault/contract.ts';
import * as grantsApi from '../api/grants.ts';
import { isProblem } from '../api/http.ts';
import * as api from '../api/keyring.ts';
import { PageWork } from '../core/page-work.ts';
import { Polling } from '../core/polling.ts';
import { readManifest } from '../unlock/manifest.ts';
import { StepUp } from '../unlock/step-up.ts';
import { forgetWords } from './asked-words.ts';
import type { GrantAnswer } from './grant-list.ts';
import type { Sheets } from './recovery-sheets.ts';

const REFRESH_MS = 5_000;

export type Access = { keyring: Keyring | null; manifest: Manifest | null; grants: Grant[] };
/** What is being made on this page: nothing, an unlocker, another passphrase, a team passphrase, or a recovery set, and its sheets that are out. */
type Making =
  | { what: 'nothing' | 'own' | 'team' | 'set' | 'renewed' }
  | { what: 'passphrase' | 'forgotten'; unlocker: ManifestUnlocker }
  | { what: 'sheets'; drafted: Drafted; sheets: Sheets };

type Host = ReactiveControllerHost & { membership: Membership; email: string };

export class AccessWork extends PageWork<Access> {
  readonly #host: Host;
  readonly stepUp: StepUp;
  making: Making = { what: 'nothing' };
  /** The request that this person has taken back here: they know. */
  #takenBack = '';
  /** What came of a request that was asked here, since this page was opened; null: nothing new. */
  answered: 'given' | 'not given' | null = null;

  constructor(host: Host) {
    super(host, { load: () => this.#load(), held: () => this.making.what !== 'nothing' });
    this.#host = host;
    this.stepUp = new StepUp(host);
    new Polling(host, REFRESH_MS, () => this.#look());
  }

  get tenant(): string {
    return this.#host.membership.tenant;
  }

  /** What the tenant is called. */
  get name(): string {
    return this.#host.membership.name;
  }

  get role(): Membership['role'] {
    return this.#host.membership.role;
  }

  get isAdmin(): boolean {
    return this.role === 'admin';
  }

  get email(): string {
    return this.#host.email;
  }

  async #load(): Promise<Access> {
    const keyring = await api.keyring(this.tenant);
    const { grants } = this.role === 'auditor' ? { grants: [] } : await grantsApi.grants(this.tenant);
    const manifest = keyring && readManifest(keyring);
    this.#hear(
      grants.map((one) => one.id),
      manifest,
    );
    return { keyring, manifest, grants };
  }

  /** A person who has asked is told of the answer once, even if it came while they were elsewhere. */
  #hear(waiting: readonly string[], manifest: Manifest | null): void {
    const waited = this.loaded?.grants.filter((one) => one.email === this.email).map((one) => one.id) ?? [];
    const over = [...forgetWords(this.tenant, waiting), ...waited].filter(
      (id) => !waiting.includes(id) && id !== this.#takenBack,
    );
    if (over.length > 0)
      this.answered = manifest?.unlockers.some((one) => over.includes(one.id)) ? 'given' : 'not given';
  }

  /** A request that waits is answered in another browser, at any time. */
  async #look(): Promise<void> {
    const waits = (this.loaded?.grants.length ?? 0) > 0;
    if (waits && this.making.what === 'nothing' && !this.busy) await this.now();
  }

  /** Begins to make something: its form, or its sheets, are shown. */
  begin(making: Making): void {
    if (making.what !== 'nothing') this.answered = null;
    this.making = making;
    this.#host.requestUpdate();
  }

  end = (): void => this.begin({ what: 'nothing' });

  /** Ends the making if it had a result; anything begun meanwhile stays. */
  make(work: () => Promise<string>): Promise<void> {
    return this.do(async () => {
      const { making } = this;
      const said = await work();
      if (said && this.making === making) this.end();
      return said;
    });
  }

  /** Drafts an act on the keyring with an unlocker opened anew, and writes it. */
  act(heading: string, action: string, act: KeyringAct, said: string): Promise<void> {
    return this.make(async () => ((await this.stepUp.act(this.tenant, heading, action, act)) ? said : ''));
  }

  remove = (unlocker: ManifestUnlocker): Promise<void> =>
    this.act(
      `Remove “${unlocker.label}”`,
      'Remove',
      { act: 'remove_unlocker', unlocker },
      'Removed, and the vault keys it could open were replaced.',
    );

  /** Grants a request or declines it; the person who asked may take it back this way. */
  answer({ grant, words }: GrantAnswer['detail']): Promise<void> {
    if (words === null) return this.make(() => this.#decline(grant));
    const what = grant.rights?.includes('admin') ? 'admin access' : 'access';
    const act: KeyringAct = { act: 'grant', grant, words };
    return this.act(`Give ${grant.email} ${what}`, 'Give access', act, `${grant.email} can unlock now.`);
  }

  async #decline(grant: Grant): Promise<string> {
    try {
      this.#takenBack = grant.id;
      await grantsApi.declineGrant(this.tenant, grant.id);
    } catch (error) {
      if (isProblem(error, 'unknown_grant')) return 'That request has been answered meanwhile.';
      throw error;
    }
    return 'Declined.';
  }
}
