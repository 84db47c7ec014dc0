// An admin at work while the floor gives way: issues and revokes tokens, reveals, rotates and re-seals, one act after another. Each that is
// answered is noted; one that is not is looked up first, as a person would, and never simply repeated.
import { setTimeout as wait } from 'node:timers/promises';
import type { Chance } from '../../engine/simulator/random.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { ResealAnswer, Resealed, Rotation, RotationPage } from '../../schema/rotation.ts';
import type { IssuedToken } from '../../schema/token.ts';
import type { Gate } from './gate.ts';
import type { Ledger } from './ledger.ts';
import type { Place } from './place.ts';
import { type Answer, askAs, type Tenant } from './tenant.ts';
import { unlocked, unlockInput } from './vault.ts';

const PAGE = 50;
const LOOK_AGAIN_MS = 20;

export class Admin {
  readonly #place: Place;
  readonly #tenant: Tenant;
  readonly #ledger: Ledger;
  readonly #luck: Chance;
  readonly #gate: Gate;
  readonly #working: Promise<void>;
  #vault: Keeper | null = null;
  #stopping = false;
  /** How many acts were answered, by what they were. */
  readonly counts = { issued: 0, revoked: 0, revealed: 0, rotated: 0, resealed: 0, retired: 0 };

  constructor(place: Place, tenant: Tenant, { ledger, gate }: { ledger: Ledger; gate: Gate }, luck: Chance) {
    this.#place = place;
    this.#tenant = tenant;
    this.#ledger = ledger;
    this.#luck = luck;
    this.#gate = gate;
    this.#working = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#working;
    await this.#vault?.lock();
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      await this.#gate.pass();
      const act = this.#luck.pick([this.#token, this.#reveal, this.#rotation, this.#rotation]);
      // It may have gone down between any two questions of an act.
      await act.call(this).catch((error: unknown) => {
        if (!/fetch failed|terminated|it is down|answered 409/.test((error as Error).message))
          this.#ledger.faults.push(`the admin: ${(error as Error).stack}`);
      });
      await wait(LOOK_AGAIN_MS);
    }
  }

  async #ask<T>(route: string, body?: unknown): Promise<Answer<T>> {
    const answer = await askAs<T>(
      this.#place.product,
      this.#tenant.admin,
      `/v1/tenants/${this.#tenant.id}/${route}`,
      body,
    );
    this.#ledger.hear(answer.status, route);
    return answer;
  }

  async #token(): Promise<void> {
    const label = `torture ${this.#luck.uuid()}`;
    const issued = await this.#ask<IssuedToken>('tokens', { label, expiresAt: null, fingerprint: null });
    if (issued.status !== 201) return;
    this.#ledger.done('token.issued', label);
    this.counts.issued++;
    const revoked = await this.#ask(`tokens/${issued.json.id}/revoke`, {});
    if (revoked.status !== 200) return;
    this.#ledger.done('token.revoked', issued.json.id);
    this.counts.revoked++;
  }

  async #reveal(): Promise<void> {
    const { secrets } = this.#ledger;
    if (secrets.length === 0) return;
    const { receipt } = this.#luck.pick(secrets);
    const reason = `INC-${this.#luck.uuid()}`;
    const { status } = await this.#ask(`secrets/${receipt.secretId}/reveal`, { reason });
    if (status !== 200) return;
    this.#ledger.done('secret.revealed', reason);
    this.counts.revealed++;
  }

  /** The next step of a rotation, whatever became of the one before: all its state is the server's. */
  async #rotation(): Promise<void> {
    const { status, json } = await this.#ask<Rotation>('rotation');
    if (status !== 200) return;
    const retiring = json.keys.find(({ state }) => state === 'retiring');
    if (json.remaining > 0) await this.#reseal();
    else if (retiring) await this.#change('retired', retiring.kid);
    else await this.#change('rotated', null);
  }

  async #reseal(): Promise<void> {
    const page = await this.#ask<RotationPage>('rotation/page', { after: null, limit: PAGE });
    if (page.status !== 200) return;
    const items: Resealed[] = [];
    for (const item of page.json.items) {
      const resealed = await this.#resealed(item, page.json.activeKid);
      if (resealed === null) return;
      items.push(resealed);
    }
    if (items.length === 0) return;
    const done = await this.#ask<ResealAnswer>('rotation/reseal', { items });
    if (done.status === 200) this.counts.resealed += done.json.resealed;
  }

  /** Null: the keyring changed meanwhile. */
  async #resealed(item: RotationPage['items'][number], activeKid: string): Promise<Resealed | null> {
    const kept = await this.#vault?.reseal(item, activeKid);
    if (kept?.ok) return kept.resealed;
    await this.#vault?.lock();
    this.#vault = await unlocked(this.#place.product, this.#tenant);
    const outcome = await this.#vault.reseal(item, activeKid);
    if (!outcome.ok && outcome.code !== 'keyring_changed')
      throw new Error(`version ${item.version.version} of ${item.id} is not re-sealed: ${outcome.message}`);
    return outcome.ok ? outcome.resealed : null;
  }

  async #change(to: 'rotated' | 'retired', kid: string | null): Promise<void> {
    const input = await unlockInput(this.#place.product, this.#tenant);
    const act =
      kid === null ? { act: 'rotate' as const } : { act: 'set_key_state' as const, kid, state: 'retired' as const };
    const drafted = await new Keeper().draft(input, act);
    if (!drafted.ok) throw new Error(`the change of the keyring: ${drafted.message}`);
    const { status } = await this.#ask('keyring', drafted.write);
    const of = kid ?? drafted.kid;
    if (status !== 200 || of === null) return;
    this.#ledger.done(`key.${to}`, of);
    this.counts[to]++;
  }
}
