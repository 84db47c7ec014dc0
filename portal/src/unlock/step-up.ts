// A step-up: an act on the keyring is drafted in the vault with an unlocker opened anew, then written in one call. The controller shows
// the dialog, so that a page only says what it wants done.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Keyring } from '../../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import type { Drafted, KeyringAct, UnlockInput, VaultFault, VaultResult } from '../../vault/contract.ts';
import * as api from '../api/keyring.ts';
import * as keyringActs from '../api/keyring-acts.ts';
import { overview } from '../api/overview.ts';
import { OneAct } from '../core/one-act.ts';
import { lastUsed } from './last-used.ts';
import { usableUnlockers } from './manifest.ts';
import { tryEach } from './trying.ts';
import type { UnlockWanted } from './unlock-dialog.ts';
import type { Proof } from './unlock-fields.ts';
import { rememberManifest, seenBefore, vault } from './vault-client.ts';
import './unlock-dialog.ts';

type Wanted<T> = {
  heading: string;
  action: string;
  /** What the dialog says before anything is given. */
  note?: string;
  /** It takes something away. */
  danger?: boolean;
  /** Which unlockers will do. */
  only: (unlocker: ManifestUnlocker) => boolean;
  work: (input: UnlockInput) => Promise<VaultResult<T>>;
};
type Asked = Wanted<unknown> & {
  tenant: string;
  keyring: Keyring;
  done: (result: { value: unknown; proof: Proof; keyring: Keyring } | null) => void;
};

const BROKEN = 'The vault gave no answer. Reload the page and try again.';
const UNREACHABLE = 'The server did not say how its keyring follows on the one that this browser has seen. Try again.';
/** What happens to the keys and why it is asked for again, and what an act means. */
const THIS_ONE_ACT =
  'An unlocked vault only reveals. For more it is asked each time, so that nobody at a PC left unlocked can do it; nothing stays open after it.';
const MEANS: Partial<Record<KeyringAct['act'], string>> = {
  rotate:
    'A new escrow key counts at once. The vault is then unlocked here, and every secret is re-sealed to the new key by itself.',
  replace_root: `Everybody compares eight words at their next unlock, and engines need a new file while both roots overlap. ${THIS_ONE_ACT}`,
  end_overlap: `Engines that pin the earlier root get no key any more. ${THIS_ONE_ACT}`,
  remove_unlocker: `It opens nothing any more, and cannot be brought back: the vault keys it could open are replaced. ${THIS_ONE_ACT}`,
};

/** Acts that take something away from somebody. */
const TAKES_AWAY: ReadonlySet<KeyringAct['act']> = new Set([
  'end_overlap',
  'leaver',
  'remove_unlocker',
  'replace_root',
]);

const KEY_MEANS = {
  retired:
    'Every secret is re-sealed, so nothing needs the earlier key any more. Finishing says so for good, and its 90 days begin, after which it can be destroyed. Nobody loses anything by it.',
  destroyed:
    'Whatever is still sealed to it, in a copy or a backup, is opened by nobody any more. It cannot be brought back.',
};

/** Things that a leaver's act leaves as they are, repeated where it is signed. */
function meaningOf(act: KeyringAct): string | undefined {
  if (act.act === 'set_key_state') return `${KEY_MEANS[act.state]} ${THIS_ONE_ACT}`;
  if (act.act !== 'leaver') return MEANS[act.act];
  const kept = [
    ...(act.team === 'kept' ? ['the team passphrase'] : []),
    ...(act.recovery === 'kept' ? ['the recovery set'] : []),
  ];
  const said = kept.length === 0 ? '' : `By your choice ${kept.join(' and ')} stays as it is, on record. `;
  return `${said}Then every secret is re-sealed here; for that alone the keys stay open, and show nothing.`;
}

const isAdmin = (unlocker: ManifestUnlocker): boolean => unlocker.rights.includes('admin');

/** Writes what was drafted, and remembers it as seen. Throws what the API throws. */
export async function writeDrafted(tenant: string, { write, fingerprint }: Drafted): Promise<void> {
  await keyringActs.writeKeyring(tenant, write);
  await rememberManifest(tenant, write.manifest, fingerprint);
}

/** One act at a time; put `render()` somewhere in the host's template. */
export class StepUp implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #proving: OneAct;
  #asked: Asked | null = null;
  #fault: Partial<VaultFault> | null = null;
  #gone = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#proving = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {
    this.#gone = false;
  }

  hostDisconnected(): void {
    this.#gone = true;
    this.#end();
  }

  /** Opens an unlocker for one piece of the vault's work. Null: the person gave up. Throws what the API throws. */
  async open<T>(tenant: string, wanted: Wanted<T>): Promise<{ value: T; proof: Proof; keyring: Keyring } | null> {
    this.#end();
    const keyring = await api.keyring(tenant);
    if (!keyring || this.#gone) return null;
    // Another may have been asked for while the keyring came.
    this.#end();
    const answer = await new Promise<{ value: unknown; proof: Proof; keyring: Keyring } | null>((done) => {
      this.#asked = { ...wanted, tenant, keyring, done };
      this.#host.requestUpdate();
    });
    return answer as { value: T; proof: Proof; keyring: Keyring } | null;
  }

  /** Drafts an act with an unlocker that has admin rights, and writes nothing yet: its recovery codes are to be kept first. */
  draft(tenant: string, heading: string, action: string, act: KeyringAct) {
    const work = (input: UnlockInput) => vault().draft(input, act);
    // What was forgotten proves nothing.
    const replaced = act.act === 'add_passphrase' ? act.instead?.id : undefined;
    const opened = this.open<Drafted>(tenant, {
      heading,
      action,
      note: meaningOf(act),
      danger: TAKES_AWAY.has(act.act),
      only: (one) => isAdmin(one) && one.id !== replaced,
      work,
    });
    return opened.then((drafted) => {
      // It only notes the use, also of recovery sheets: the act does not wait for it.
      if (drafted) void overview(tenant, drafted.proof.unlocker).catch(() => {});
      return drafted;
    });
  }

  /** Drafts an act and writes it. Null: the person gave up, and nothing was written. */
  async act(tenant: string, heading: string, action: string, act: KeyringAct) {
    const drafted = await this.draft(tenant, heading, action, act);
    if (drafted) await writeDrafted(tenant, drafted.value);
    return drafted;
  }

  #prove(detail: Proof): void {
    const asked = this.#asked;
    if (asked) void this.#proving.do((signal) => this.#proveOnce(asked, detail, signal));
  }

  async #proveOnce(asked: Asked, detail: Proof, signal: AbortSignal): Promise<void> {
    this.#fault = null;
    // The tenant that was asked for, never the one that the server's keyring names.
    const { tenant, keyring } = asked;
    // A line is taken by unlocking, where it goes on record: no act is signed on one that does not follow.
    const before = await seenBefore({ tenant, keyring }).catch(() => null);
    const attempt = async (one: Proof) =>
      before
        ? asked.work({ tenant, keyring, ...before, ...one }).catch(() => ({ ok: false as const, message: BROKEN }))
        : { ok: false as const, message: UNREACHABLE };
    const { result, proof } = await tryEach(detail, attempt, signal);
    // Nothing is written behind the back of a person who cancelled meanwhile.
    if (signal.aborted) return;
    if (!result.ok) {
      this.#fault = result;
      return;
    }
    this.#asked = null;
    asked.done({ value: result, proof, keyring: asked.keyring });
  }

  #end = (): void => {
    this.#asked?.done(null);
    this.#asked = null;
    this.#fault = null;
    this.#proving.forget();
  };

  render() {
    const asked = this.#asked;
    if (!asked) return nothing;
    return html`<unlock-dialog
      heading=${asked.heading}
      action=${asked.action}
      ?danger=${asked.danger}
      note=${asked.note ?? THIS_ONE_ACT}
      .unlockers=${usableUnlockers(asked.keyring).filter(asked.only)}
      .halves=${asked.keyring.unlockers}
      .since=${asked.keyring.since}
      .last=${lastUsed(asked.tenant)}
      why="None of the ways to unlock that are open to you will do for this."
      .working=${this.#proving.busy}
      .fault=${this.#fault?.message ?? ''}
      .succession=${this.#fault?.succession ?? null}
      @closed=${this.#end}
      @unlock-wanted=${(event: UnlockWanted) => this.#prove(event.detail)}
    ></unlock-dialog>`;
  }
}
