// The law of the keyring, in real workerd with the real vault: whatever is done to it and in whatever order, every
// secret opens with every remaining unlocker that has the right, and with none that was removed, not even beside
// everything the server holds.

import { runInDurableObject } from 'cloudflare:test';
import { base64urlnopad } from '@scure/base';
import fc from 'fast-check';
import { compactDecrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { rotate } from '../../portal/src/keyring/rotation.ts';
import { sweep } from '../../portal/src/secrets/sweep.ts';
import type { KeyringAct, SeenManifest, UnlockInput } from '../../portal/vault/contract.ts';
import { openEscrowKey } from '../../portal/vault/escrow-key.ts';
import { isFault } from '../../portal/vault/fault.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import { openRoot } from '../../portal/vault/root.ts';
import { draftSetUp } from '../../portal/vault/set-up.ts';
import { escrowKeysOf, trustKeyring } from '../../portal/vault/trust.ts';
import { openUnlocker } from '../../portal/vault/unlocker.ts';
import type { VaultKey } from '../../portal/vault/vault-key.ts';
import type { BulkPage, BulkPageRequest, Verified } from '../../schema/bulk.ts';
import { DESTROY_AFTER_MS } from '../../schema/facts/days.ts';
import { RIGHTS_OF } from '../../schema/facts/roles.ts';
import type { Grant, GrantList } from '../../schema/grant.ts';
import type { Keyring, ManifestPage, SealedUnlocker } from '../../schema/keyring.ts';
import type { PeopleList, Role } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ResealAnswer, Resealed, Rotation, RotationPage } from '../../schema/rotation.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import { verifyManifest } from '../../schema/signed.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  forgetReveals,
  passkeyKdf,
  sealedFor,
  seedTenant,
  type TestTenant,
} from '../workerd-fixtures.ts';

/** Each is a tenant's whole life: half a minute for all. */
const RUNS = 12;
const ADMIN = emailOf('admin');
const PASSPHRASE = 'orbit velvet canyon sample drift';

/** A way to unlock as its holder has it. */
type Held = { id: string; holder: string; shared: boolean; admin: boolean; secret: string };
/** Things that a removed unlocker's holder may have kept from when it still opened. */
type Kept = { secret: string; vaults: VaultKey[]; escrowKeys: CryptoKey[]; leaver: boolean };

/** One tenant, its people's browsers, and what a machine has sealed to it. */
class World {
  readonly tenant: TestTenant;
  readonly secrets = new Map<string, string>();
  readonly removed: Kept[] = [];
  held: Held[] = [];
  people: { email: string; role: Role }[] = [
    { email: 'second.admin@example.com', role: 'admin' },
    { email: emailOf('engineer'), role: 'engineer' },
    { email: 'second.engineer@example.com', role: 'engineer' },
  ];
  #seen = new Map<string, SeenManifest>();
  #count = 0;

  private constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  static async make(): Promise<World> {
    const world = new World(await seedTenant());
    const { id } = world.tenant;
    const more = world.people.filter(({ email }) => email.startsWith('second.'));
    for (const [place, { email, role }] of more.entries())
      await bindings.INDEX_DB.prepare('INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, ?)')
        .bind(`more${place}`, id, email, role)
        .run();
    const draft = await draftSetUp({ tenant: id, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: null });
    if (isFault(draft)) throw new Error(draft.message);
    await world.post(ADMIN, 'keyring', draft.write);
    const [own = '', recovery = ''] = draft.write.unlockers.map((half) => half.id);
    world.held = [
      { id: own, holder: ADMIN, shared: false, admin: true, secret: PASSPHRASE },
      { id: recovery, holder: ADMIN, shared: true, admin: true, secret: draft.recoveryCode },
    ];
    return world;
  }

  path = (rest: string) => `/v1/tenants/${this.tenant.id}/${rest}`;

  async post<T>(email: string, path: string, body: unknown): Promise<T> {
    const { status, json } = await asPerson<T & Problem>(email, this.path(path), body);
    if (status >= 300) throw new Error(`${path} answered ${status} ${json.code}: ${json.detail}`);
    return json;
  }

  async get<T>(email: string, path: string): Promise<T> {
    return (await asPerson<T>(email, this.path(path))).json;
  }

  /** The input from a holder's browser to the vault; it has compared the words of a succession, if there was one. */
  async input(held: Held): Promise<UnlockInput> {
    const keyring = await this.get<Keyring>(held.holder, 'keyring');
    const seen = this.#seen.get(held.holder) ?? null;
    const { id: tenant } = this.tenant;
    const from = seen?.version ?? keyring.version;
    const { manifests } = await this.get<ManifestPage>(held.holder, `keyring/manifests?from=${from}`);
    const since = manifests.slice(0, keyring.version - from);
    const proof = { unlocker: held.id, secret: held.secret, confirmedRoot: keyring.fingerprint };
    return { tenant, keyring, seen, since, ...proof };
  }

  async unlock(held: Held): Promise<Keeper> {
    const keeper = new Keeper();
    const unlocked = await keeper.unlock(await this.input(held));
    if (!unlocked.ok) throw new Error(`${held.id}: ${unlocked.message}`);
    this.#seen.set(held.holder, unlocked.seen);
    if (unlocked.repinned && !held.shared)
      await this.post(held.holder, `unlockers/${held.id}/change`, unlocked.repinned);
    if (unlocked.opened) await this.post(held.holder, `unlockers/${held.id}/opened`, { opened: unlocked.opened });
    return keeper;
  }

  get admin(): Held {
    const first = this.held[0];
    if (!first) throw new Error('the first admin stays');
    return first;
  }

  /** One act by the first admin; removed unlockers go to those who may have kept everything they opened. */
  async act(act: KeyringAct, keptBefore?: Map<string, Kept>): Promise<void> {
    const input = await this.input(this.admin);
    const before = keptBefore ?? (await this.#whatEachOpens(false));
    const drafted = await new Keeper().draft(input, act);
    if (!drafted.ok) throw new Error(`${act.act}: ${drafted.message}`);
    await this.post(ADMIN, 'keyring', drafted.write);
    const signed = await verifyManifest(drafted.write.manifest);
    if (!signed.ok) throw new Error(signed.message);
    const kept = new Set(signed.payload.unlockers.map((one) => one.id));
    for (const held of this.held) if (!kept.has(held.id)) this.removed.push(before.get(held.id) as Kept);
    this.held = this.held.filter((held) => kept.has(held.id));
    const known = new Set(input.keyring.unlockers.map((one) => one.id));
    for (const { id } of drafted.write.unlockers)
      if (!known.has(id)) {
        const entry = signed.payload.unlockers.find((one) => one.id === id);
        const secret = entry?.kind === 'recovery' ? (drafted.recovery?.codes ?? []).join('\n') : secretOf(act);
        this.held.push({
          id,
          holder: ADMIN,
          shared: entry?.owner === null,
          secret,
          admin: entry?.rights.includes('admin') ?? false,
        });
      }
  }

  async #whatEachOpens(leaver: boolean): Promise<Map<string, Kept>> {
    const kept = new Map<string, Kept>();
    for (const held of this.held) kept.set(held.id, await this.#everythingOf(held, leaver));
    return kept;
  }

  async #everythingOf(held: Held, leaver: boolean): Promise<Kept> {
    const input = await this.input(held);
    const trusted = await trustKeyring(input);
    if (isFault(trusted)) throw new Error(trusted.message);
    const keys = await escrowKeysOf(trusted, input.keyring);
    if (isFault(keys)) throw new Error(keys.message);
    return { secret: held.secret, vaults: trusted.vaults, escrowKeys: [...keys.values()], leaver };
  }

  /** Seals as an engine that has this kid cached, and hands it over. */
  async escrow(kid?: string): Promise<void> {
    const keyring = await this.get<Keyring>(ADMIN, 'keyring');
    const key = kid ? keyring.escrowKeys.find((one) => one.kid === kid) : keyring.escrowKeys.at(-1);
    if (!key) return;
    const plaintext = `plaintext ${this.#count++}`;
    const body = await sealedFor(this.tenant.id, key, crypto.randomUUID(), { plaintext });
    const { json } = await asMachine<Receipt>(this.tenant.token, '/v1/secret', body);
    this.secrets.set(`${json.secretId}/${json.version}`, plaintext);
  }

  /** Re-seals until nothing is left, or until `pages` uploads were made. */
  async resume(pages = Number.POSITIVE_INFINITY): Promise<void> {
    const keeper = await this.unlock(this.admin);
    const stop = new AbortController();
    let uploads = 0;
    const done = await rotate(
      {
        page: (request) => this.post<RotationPage>(ADMIN, 'rotation/page', { ...request, limit: 2 }),
        upload: async (items: Resealed[]) => {
          if (++uploads >= pages) stop.abort();
          return this.post<ResealAnswer>(ADMIN, 'rotation/reseal', { items });
        },
        reseal: keeper.reseal,
      },
      () => {},
      stop.signal,
    );
    expect(done.leftBehind).toEqual([]);
    await keeper.lock();
  }

  async finish(): Promise<void> {
    const { keys } = await this.get<Rotation>(ADMIN, 'rotation');
    for (const { kid, state, remaining } of keys)
      if (state === 'retiring' && remaining === 0) await this.act({ act: 'set_key_state', kid, state: 'retired' });
  }

  /** An admin's browser opens everything once, which a destruction waits for. */
  async sweep(): Promise<string> {
    const keeper = await this.unlock(this.admin);
    const calls = {
      page: (request: BulkPageRequest) => this.post<BulkPage>(ADMIN, 'ciphertexts/page', request),
      keep: (items: Verified[], sweep: string) => this.post(ADMIN, 'ciphertexts/findings', { items, sweep }),
      check: keeper.check,
    };
    const { id, unsound } = await sweep(calls, () => {}, new AbortController().signal);
    expect(unsound).toEqual([]);
    await keeper.lock();
    return id;
  }

  /**
   * Lets go of what changes replaced: by another admin's word, or, where there is none who can unlock, by the thirty
   * days.
   */
  async letGo(): Promise<void> {
    const other = this.held.find((held) => held.admin && !held.shared && held.holder !== ADMIN);
    if (other) await (await this.unlock(other)).lock();
    else await this.thirtyDays();
    const kept = (await this.get<Keyring>(ADMIN, 'keyring')).changes?.filter((one) => one.replaces && one.by === ADMIN);
    expect(kept).toEqual([]);
  }

  async thirtyDays(): Promise<void> {
    const object = bindings.TENANT.getByName(this.tenant.id);
    await runInDurableObject(object, (instance, { storage }) => {
      storage.sql.exec('UPDATE keyring_changes SET at = at - ?', 31 * 24 * 3600 * 1000);
      storage.sql.exec("UPDATE due SET at = 1 WHERE what = 'kept_keys'");
      return instance.alarm();
    });
  }

  /** Ninety days go by for retired keys, and each is destroyed if nothing is left under it. */
  async destroy(): Promise<void> {
    await this.letGo();
    const sweep = await this.sweep();
    const object = bindings.TENANT.getByName(this.tenant.id);
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec('UPDATE escrow_keys SET retired_at = retired_at - ?', DESTROY_AFTER_MS);
    });
    const { keys } = await this.get<Rotation>(ADMIN, 'rotation');
    for (const { kid, state, remaining } of keys)
      if (state === 'retired' && remaining === 0)
        await this.act({ act: 'set_key_state', kid, state: 'destroyed', sweep });
  }

  /** Somebody asks for access, the words are compared, the admin signs. */
  async grant(place: number): Promise<void> {
    const person = this.people[place % this.people.length];
    if (!person) return;
    const { fingerprint } = await this.get<Keyring>(person.email, 'keyring');
    const secret = base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(32)));
    const asked = await new Keeper().draftGrant({
      tenant: this.tenant.id,
      email: person.email,
      root: fingerprint,
      label: 'Passkey',
      rights: RIGHTS_OF[person.role],
      kind: 'passkey',
      kdf: passkeyKdf(),
      prf: secret,
    });
    if (!asked.ok) throw new Error(asked.message);
    await this.post(person.email, 'grants', asked.request);
    const { grants } = await this.get<GrantList>(ADMIN, 'grants');
    const grant = grants.find((one) => one.email === person.email) as Grant;
    const words = await new Keeper().grantWords(this.tenant.id, fingerprint, grant);
    expect(words).toEqual(asked.words);
    const admin = person.role === 'admin';
    if (!words) throw new Error('the request names its rights');
    await this.act({ act: 'grant', grant, words });
    this.held.push({ id: grant.id, holder: person.email, shared: false, admin, secret });
  }

  async leave(place: number): Promise<void> {
    const person = this.people[place % Math.max(1, this.people.length)];
    if (!person) return;
    const { people } = await this.get<PeopleList>(ADMIN, 'people');
    const id = people.find((one) => one.email === person.email)?.id;
    const before = await this.#whatEachOpens(true);
    await this.post(ADMIN, `people/${id}/remove`, {});
    this.people = this.people.filter((one) => one !== person);
    const { leavers } = await this.get<PeopleList>(ADMIN, 'people');
    const leaver = leavers.find((one) => one.email === person.email);
    if (!leaver) throw new Error('a removed person is a leaver');
    const { email, couldFetch } = leaver;
    // The sheets may stay if the leaver was never an admin.
    const recovery = couldFetch.recovery || place % 2 === 0 ? { threshold: 2, count: 3 } : ('kept' as const);
    const team = { passphrase: null };
    await this.act({ act: 'leaver', email, root: couldFetch.recovery, team, recovery }, before);
    await this.resume();
    const after = (await this.get<PeopleList>(ADMIN, 'people')).leavers.find((one) => one.email === person.email);
    expect(after).toMatchObject({ unlockersReplaced: true, escrowKeyReplaced: true, rootReplaced: true, remaining: 0 });
    expect((await asPerson(person.email, this.path('keyring'))).status).toBe(403);
  }

  async everythingOpens(): Promise<void> {
    for (const held of this.held) {
      const keeper = await this.unlock(held);
      for (const [place, plaintext] of this.secrets) {
        const [id, version] = place.split('/');
        const request = { reason: 'the law', version: Number(version) };
        await forgetReveals(this.tenant.id);
        const revealed = await this.post<Revealed>(held.holder, `secrets/${id}/reveal`, request);
        expect(await keeper.open(revealed)).toMatchObject({ ok: true, plaintext });
      }
      await keeper.lock();
    }
  }

  async nothingOpensForTheRemoved(): Promise<void> {
    const { id: tenant } = this.tenant;
    const object = bindings.TENANT.getByName(tenant);
    const stored = await runInDurableObject(object, (_, { storage: { sql } }) => {
      // The server holds what a change replaced as long as it is kept, though no route hands it out.
      const kept = (what: string) =>
        sql
          .exec('SELECT row FROM kept_rows WHERE what = ? AND row IS NOT NULL', what)
          .toArray()
          .map((row) => JSON.parse(String(row.row)));
      return {
        halves: [...sql.exec('SELECT sealed FROM unlockers').toArray(), ...kept('unlockers')].map((row) =>
          JSON.parse(String(row.sealed)),
        ),
        keys: [...sql.exec('SELECT * FROM escrow_keys').toArray(), ...kept('escrow_keys')].filter(
          (row) => row.sealed !== null,
        ),
        roots: [...sql.exec('SELECT * FROM roots').toArray(), ...kept('roots')],
        ciphertexts: sql
          .exec('SELECT sealed FROM secret_versions UNION ALL SELECT sealed FROM replaced')
          .toArray()
          .map((row) => String(row.sealed)),
      };
    });
    for (const kept of this.removed) {
      for (const half of stored.halves as SealedUnlocker[])
        expect(isFault(await openUnlocker(tenant, half, kept.secret).catch(() => ({ ok: false })))).toBe(true);
      for (const vault of kept.vaults) {
        for (const { kid, vault_epoch, sealed } of stored.keys) {
          const half = { kid: String(kid), vaultEpoch: Number(vault_epoch), sealed: String(sealed) };
          expect(await openEscrowKey(tenant, half.kid, half, vault)).toBeNull();
        }
        for (const { fingerprint, vault_epoch, sealed } of stored.roots) {
          const half = { kid: String(fingerprint), vaultEpoch: Number(vault_epoch), sealed: String(sealed) };
          expect(await openRoot(tenant, half.kid, half, vault)).toBeNull();
        }
      }
      // A leaver may have taken the escrow keys themselves out of a browser's memory.
      for (const key of kept.leaver ? kept.escrowKeys : [])
        for (const sealed of stored.ciphertexts)
          expect(
            await compactDecrypt(sealed, key).then(
              () => true,
              () => false,
            ),
          ).toBe(false);
    }
  }
}

const secretOf = (act: KeyringAct): string => {
  if ('prf' in act) return act.prf;
  return 'passphrase' in act ? act.passphrase : '';
};

type Step = { what: string; with: number };
const STEPS: Record<string, (world: World, choice: number) => Promise<unknown>> = {
  escrow: (world) => world.escrow(),
  'late escrow': async (world, choice) => {
    const { keys } = await world.get<Rotation>(ADMIN, 'rotation');
    const old = keys.filter((key) => key.state === 'retiring' || key.state === 'retired');
    await world.escrow(old[choice % Math.max(1, old.length)]?.kid);
  },
  rotate: (world) => world.act({ act: 'rotate' }),
  'resume a little': (world) => world.resume(1),
  resume: (world) => world.resume(),
  finish: (world) => world.finish(),
  destroy: (world) => world.destroy(),
  grant: (world, choice) => world.grant(choice),
  'add an unlocker': (world) => {
    const prf = base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(32)));
    return world.act({ act: 'add_passkey', email: ADMIN, label: 'Second passkey', kdf: passkeyKdf(), prf });
  },
  'remove an unlocker': async (world, choice) => {
    // All but the first admin's own, and the recovery set, which is only ever replaced.
    const removable = world.held.slice(1).filter((held) => !held.shared);
    const held = removable[choice % Math.max(1, removable.length)];
    if (!held) return;
    const signed = await verifyManifest((await world.get<Keyring>(ADMIN, 'keyring')).manifest);
    const unlocker = signed.ok && signed.payload.unlockers.find((one) => one.id === held.id);
    if (unlocker) await world.act({ act: 'remove_unlocker', unlocker });
  },
  'team passphrase': (world) =>
    world.act({ act: 'set_team_passphrase', passphrase: `harvest copper ribbon ${crypto.randomUUID()}` }),
  'recovery set': (world, choice) =>
    world.act({ act: 'make_recovery_set', threshold: 1 + (choice % 3), count: 3 + (choice % 2) }),
  leave: (world, choice) => world.leave(choice),
  'replace the root': (world) => world.act({ act: 'replace_root' }),
  'end an overlap': async (world) => {
    const { oldRoots } = await world.get<Keyring>(ADMIN, 'keyring');
    const [old] = oldRoots;
    if (old) await world.act({ act: 'end_overlap', root: old.kid });
  },
};

async function live(steps: readonly Step[]): Promise<void> {
  const world = await World.make();
  await world.escrow();
  for (const step of steps) await STEPS[step.what]?.(world, step.with);
  await world.everythingOpens();
  // Destruction: everything re-sealed, every older key finished and destroyed.
  await world.resume();
  await world.finish();
  await world.destroy();
  await world.everythingOpens();
  await world.nothingOpensForTheRemoved();
}

describe('the keyring, whatever is done to it', () => {
  it('opens every secret for every unlocker that is left, and none for one that was removed', async () => {
    const step = fc.record({ what: fc.constantFrom(...Object.keys(STEPS)), with: fc.nat({ max: 11 }) });
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), live), {
      numRuns: RUNS,
      endOnFailure: true,
    });
  }, 600_000);

  it('goes through every step once, and twice in the other order', async () => {
    const once = Object.keys(STEPS).map((what, place) => ({ what, with: place }));
    await live(once);
    await live([...once.toReversed(), ...once.toReversed()]);
  }, 600_000);
});
