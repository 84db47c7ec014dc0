// The stand on which every act of the portal is done: its people at their pages, and what the rows of the acts name.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Engine } from '../../engine/client.ts';
import { PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Overview } from '../../schema/machine.ts';
import type { Receipt } from '../../schema/secret.ts';
import { SpoolLine } from '../../schema/spool.ts';
import { type Act, BROUGHT, PC, SHARED, TWIN, type World } from '../../test/support/act.ts';
import { openBrowser, openPage } from '../../test/support/browser.ts';
import { type Receiver, startReceiver } from '../../test/support/receiver.ts';
import { ADMIN_PASSPHRASE, signIn, unlock } from '../../test/support/story.ts';
import { asPerson } from '../stand/as-person.ts';
import { freePorts } from '../stand/ports.ts';
import { type Stand, type StandOptions, startStand } from '../stand/stand.ts';

type Who = NonNullable<Act['who']>;
const NEVER_ONLINE = { id: crypto.randomUUID(), hostname: 'ACM-DT-0404' };

/** The path of a row's route, below the tenant's or an operator's whole. */
export const pathOf = (sends: string): RegExp =>
  new RegExp(`${sends.startsWith('/') ? '^' : '^/v1/tenants/[^/]+/'}${sends.replaceAll('*', '[^/]+')}$`);

function record(engine: Engine): string {
  const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_succeeded', message: 'Over' });
  return run.id;
}

export class ActingStand {
  readonly world: World = { receiver: '', spoolFile: '', code: '' };
  readonly pages: Record<Who, Page> = {} as never;
  readonly #stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-acting-'));
  #stand: Stand | null = null;
  #browser: Browser | null = null;
  #receiver: Receiver | null = null;

  /** With everybody signed in. `prepare` is done to each page before it is anywhere. */
  async open(
    options: Pick<StandOptions, 'between'> = {},
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<void> {
    this.#receiver = await startReceiver();
    this.world.receiver = this.#receiver.origin;
    this.#stand = await startStand({ port: await freePorts(4), stateDir: this.#stateDir, fleet: 0, ...options });
    this.#browser = await openBrowser();
    for (const who of ['admin', 'engineer', 'operator'] as const) {
      const { page } = await openPage(this.#browser);
      await prepare(page);
      await signIn(page, this.stand.addresses.portal, `${who}@example.com`);
      this.pages[who] = page;
    }
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#stand?.close();
    await this.#receiver?.close();
    rmSync(this.#stateDir, { recursive: true, force: true });
  }

  get stand(): Stand {
    assert.ok(this.#stand);
    return this.#stand;
  }

  /** A tab of its own, so that nothing that failed before is left in it. The first one of each person stays open, and with it the vault. */
  async pageFor({ who = 'admin', at }: Pick<Act, 'who' | 'at'>): Promise<Page> {
    const [first, before] = this.pages[who].context().pages();
    if (at === undefined) return this.pages[who];
    this.pages[who] = await this.pages[who].context().newPage();
    if (before && before !== first) await before.close();
    const { stand } = this;
    await this.pages[who].goto(`${stand.addresses.portal}${at.startsWith('/') ? at : `/t/${stand.demo.tenant}/${at}`}`);
    return this.pages[who];
  }

  #engineOf(
    machine: { id: string; hostname: string; serial?: string },
    more: Partial<ConstructorParameters<typeof Engine>[0]> = {},
  ): Engine {
    return new Engine({
      apiOrigin: this.stand.addresses.api,
      token: this.stand.demo.token,
      machine,
      sleep: async () => {},
      spoolDir: path.join(this.#stateDir, 'engines', machine.id),
      ...more,
    });
  }

  /** After the set-up: two PCs with a secret each, two under one id, and the file of one that was never online; the admin's vault open. */
  async furnish(): Promise<void> {
    for (const machine of [TWIN, PC]) {
      const engine = this.#engineOf(machine);
      const run = record(engine);
      assert.ok((await engine.flush()).ok);
      assert.ok((await engine.escrow(run, 'local_admin_password', { account: 'Administrator' }, machine.hostname)).ok);
    }
    for (const serial of [SHARED.serial, 'VM-0007-B']) {
      const engine = this.#engineOf(
        { ...SHARED, serial },
        { spoolDir: path.join(this.#stateDir, 'engines', `${SHARED.id}-${serial}`) },
      );
      record(engine);
      assert.ok((await engine.flush()).ok);
    }
    const headers = { authorization: `Bearer ${this.stand.demo.token}` };
    const tenantKey = PublicKeyAnswer.parse(
      await (await fetch(`${this.stand.addresses.api}/v1/tenant/pubkey`, { headers })).json(),
    );
    const { fingerprint } = await asPerson<Overview>(this.stand, 'admin@example.com', 'overview');
    assert.ok(fingerprint);
    const offline: typeof fetch = async () => {
      throw new TypeError('offline');
    };
    const spoolOf = async (machine: typeof NEVER_ONLINE): Promise<string> => {
      const engine = this.#engineOf(machine, { fetch: offline, fingerprint, tenantKey });
      await engine.escrow(record(engine), 'local_admin_password', { account: 'Administrator' }, 'never online');
      const file = path.join(this.#stateDir, `${machine.id}.spool.ndjson`);
      engine.exportSpool(file);
      return file;
    };
    this.world.spoolFile = await spoolOf(NEVER_ONLINE);
    for (const text of readFileSync(await spoolOf(BROUGHT), 'utf8')
      .trimEnd()
      .split('\n')) {
      const line = SpoolLine.parse(JSON.parse(text));
      const [route, body] = 'report' in line ? ['spool/report', line.report] : ['spool/secret', line.secret];
      const kept = await asPerson<Partial<Receipt>>(this.stand, 'engineer@example.com', String(route), body);
      if (kept.secretId)
        await asPerson(this.stand, 'engineer@example.com', `secrets/${kept.secretId}/reveal`, { reason: 'the test' });
    }
    await this.pages.admin.getByRole('button', { name: 'Unlock', exact: true }).click();
    await unlock(this.pages.admin, 'Passphrase', ADMIN_PASSPHRASE);
    await this.pages.admin.getByRole('button', { name: 'Lock', exact: true }).waitFor();
  }
}
