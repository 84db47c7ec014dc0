// Notices from their cause to a real receiver: in one transaction, in order, signed, tried again, never lost, and without a word that
// does not belong to them.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MachinePage, Overview } from '../../schema/machine.ts';
import { Notice, NoticeKind } from '../../schema/notice.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Receipt } from '../../schema/secret.ts';
import type { Delivery, DeliveryList, Webhook, WebhookList, WebhookMade } from '../../schema/webhook.ts';
import type { Received } from '../../test/support/receiver.ts';
import { until } from '../../test/support/until.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  startRotation,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { STALLED_AFTER_MS } from '../fleet/run-state.ts';
import { GIVE_UP_MS } from '../notices/deliveries.ts';
import { REFUSED_TRIES } from '../notices/retries.ts';
import { STUMBLED_TRIES } from './notice-ranks.ts';
import { FLOOD_MAX, noticeOverBudget, queueFor } from './notices.ts';

const RECEIVER = bindings.TEST_RECEIVER;
let tenant: TestTenant & { keyring: TestKeyring };
/** Each test listens under a name of its own. */
let name: string;
beforeEach(async () => {
  tenant = await seedReadyTenant();
  name = crypto.randomUUID();
});

const stub = () => bindings.TENANT.getByName(tenant.id);
const path = (rest = '') => `/v1/tenants/${tenant.id}/webhooks${rest}`;
const ask = <T = Problem>(rest: string, body?: unknown) => asPerson<T>(emailOf('admin'), path(rest), body);
const add = async (mode: string, kinds: readonly string[] = NoticeKind.options): Promise<WebhookMade> =>
  (await ask<WebhookMade>('', { url: `${RECEIVER}/${mode}/${name}`, label: 'Ours', kinds })).json;
/** Whatever waits has its turn, and the alarm rings. */
const deliver = async () => {
  await sql((db) => {
    db.exec('UPDATE webhooks SET next_at = 0');
    db.exec("INSERT OR REPLACE INTO due VALUES ('notices', 1)");
  });
  expect(await alarm()).toBe(true);
};
const log = async ({ webhook }: WebhookMade): Promise<Delivery[]> =>
  (await ask<DeliveryList>(`/${webhook.id}/deliveries`)).json.deliveries;
const received = async (): Promise<Received[]> => (await fetch(`${RECEIVER}/received/${name}`)).json();
const notices = async (): Promise<Notice[]> => (await received()).map(({ body }) => Notice.parse(JSON.parse(body)));
const alarm = () => runDurableObjectAlarm(stub());
const sql = <T>(use: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(stub(), (_object, state) => use(state.storage.sql));
/** As if this much time had passed for everything heard, waiting and due. */
const pass = (ms: number) =>
  sql((db) => {
    db.exec('UPDATE deliveries SET queued_at = queued_at - ?', ms);
    db.exec('UPDATE due SET at = at - ?', ms);
    db.exec('UPDATE runs SET heard_at = heard_at - ?', ms);
    db.exec('UPDATE silences SET heard_at = heard_at - ?', ms);
  });
const failedRun = async (machine = newMachine()) => {
  const events = [
    event(1, { type: 'phase_failed', phase: 'bitlocker', level: 'error' }),
    event(2, { type: 'run_failed', level: 'error' }),
  ];
  await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events });
  return machine;
};

const reveal = async () => {
  const machine = await failedRun();
  const sealed = await sealedSecret(tenant.id, tenant.keyring, machine.id);
  const { secretId } = (await asMachine<Receipt>(tenant.token, '/v1/secret', sealed)).json;
  const body = { reason: 'locked out' };
  expect(
    (await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/secrets/${secretId}/reveal`, body)).status,
  ).toBe(200);
};

describe('a notice', () => {
  it('of a failed run reaches its receiver, signed over instant and body, and the log says so', async () => {
    const made = await add('ok');
    const machine = await failedRun();
    await deliver();
    const [got] = await received();
    if (!got) throw new Error('the receiver has got something');
    const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = got.headers;
    const key = Buffer.from((made.secret ?? '').replace(/^whsec_/, ''), 'base64');
    expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${seconds}.${got.body}`).digest('base64')}`);
    const notice = Notice.parse(JSON.parse(got.body));
    expect(notice).toMatchObject({
      id,
      kind: 'run_failed',
      tenant: tenant.id,
      about: { machine: machine.id, hostname: machine.hostname, phase: 'bitlocker' },
    });
    expect(await log(made)).toMatchObject([{ notice: notice.id, state: 'delivered', tries: 1, fault: null }]);
  });

  it('goes out for every cause there is, each of its kind', async () => {
    await bindings.INDEX_DB.prepare(
      "INSERT INTO users (id,tenant_id,email,role) VALUES ('leaver', ?, 'leaver@example.com', 'engineer')",
    )
      .bind(tenant.id)
      .run();
    await bindings.INDEX_DB.prepare('UPDATE api_tokens SET expires_at = ? WHERE tenant_id = ?')
      .bind(Date.now() + 3_600_000, tenant.id)
      .run();
    await add('ok');
    const machine = await failedRun();
    const encrypted = { machine: newMachine(), run: newRun() };
    const events = [event(1, { type: 'phase_succeeded', phase: 'bitlocker' })];
    await asMachine(tenant.token, '/v1/report', { ...encrypted, events });
    const sealed = await sealedSecret(tenant.id, tenant.keyring, machine.id);
    const { secretId } = (await asMachine<Receipt>(tenant.token, '/v1/secret', sealed)).json;
    await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/secrets/${secretId}/reveal`, {
      reason: 'locked out',
    });
    await startRotation(tenant.id, tenant.keyring);
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people/leaver/remove`, {});
    await runInDurableObject(stub(), (_object, state) =>
      state.storage.transactionSync(() => {
        state.storage.sql.exec("INSERT INTO budget_hits (email, at) VALUES ('u1', 0)");
        for (let i = 0; i < 3; i++)
          noticeOverBudget(state.storage.sql, tenant.id, Date.now(), { id: 'u1', name: 'u1' });
      }),
    );
    await pass(STALLED_AFTER_MS);
    await alarm();
    await deliver();
    const got = await notices();
    expect(got.map((one) => one.kind).sort()).toEqual(
      [
        'encrypted_not_escrowed',
        'key_rotated',
        'keyring_changed',
        'machine_stalled',
        'person_removed',
        'reveal_budget_exceeded',
        'run_failed',
        'secret_revealed',
        'token_expiring',
      ].sort(),
    );
    const about = (kind: string) => got.find((one) => one.kind === kind)?.about;
    expect(about('secret_revealed')).toMatchObject({ secret: secretId, machine: machine.id, by: 'u1', version: 1 });
    expect(about('machine_stalled')).toMatchObject({ machine: encrypted.machine.id, run: encrypted.run.id });
    expect(about('token_expiring')).toMatchObject({ token: 't1' });
    expect(about('person_removed')).toMatchObject({ person: 'leaver', by: 'u0' });
    expect(about('key_rotated')).toMatchObject({ kid: tenant.keyring.kid });
  });

  it('never holds a plaintext, a token, a reason, an email address, a ciphertext or a webhook’s secret', async () => {
    const made = await add('ok');
    const machine = await failedRun();
    const plaintext = 'canary-plaintext-kq7';
    const sealed = await sealedSecret(tenant.id, tenant.keyring, machine.id, { plaintext });
    const { secretId } = (await asMachine<Receipt>(tenant.token, '/v1/secret', sealed)).json;
    const reason = 'canary reason: locked out';
    await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/secrets/${secretId}/reveal`, { reason });
    await startRotation(tenant.id, tenant.keyring);
    await ask(`/${made.webhook.id}/test`, {});
    // Nothing has to be made due: the queued notice has asked for its alarm.
    expect(await alarm()).toBe(true);
    expect((await log(made)).every((one) => one.state === 'delivered')).toBe(true);
    const all = JSON.stringify(await received());
    expect((await notices()).length).toBeGreaterThanOrEqual(5);
    const secret = made.secret ?? '';
    for (const canary of [plaintext, btoa(plaintext), reason, tenant.token, sealed.sealed, secret, '@example.com'])
      expect(all).not.toContain(canary);
  });

  it('goes only to webhooks that are for its kind, and costs nothing where there is none', async () => {
    await failedRun();
    expect(await sql((db) => db.exec('SELECT * FROM deliveries').toArray())).toEqual([]);
    await add('ok', ['key_rotated']);
    await failedRun();
    await deliver();
    expect(await received()).toEqual([]);
  });

  it('of a stalled machine is told once a silence, and again when it has spoken and fallen silent again', async () => {
    await add('ok', ['machine_stalled']);
    const [machine, run] = [newMachine(), newRun()];
    const speak = (seq: number) => asMachine(tenant.token, '/v1/report', { machine, run, events: [event(seq)] });
    await speak(1);
    for (const _ of [1, 2, 3]) {
      await pass(STALLED_AFTER_MS);
      await alarm();
      await deliver();
    }
    expect(await notices()).toHaveLength(1);
    // It is shown for as long as it is silent: on its row, in the numbers, by the filter; its next word ends that.
    const get = async <T>(rest: string) =>
      (await asPerson<T>(emailOf('admin'), `/v1/tenants/${tenant.id}/${rest}`)).json;
    const shown = async () => ({
      listed: (await get<MachinePage>('machines?status=stalled&attention=yes')).machines,
      counted: (await get<Overview>('overview')).stalled,
    });
    expect(await shown()).toMatchObject({
      listed: [{ id: machine.id, attention: ['stalled'], silentSince: expect.any(Number), run: { status: 'running' } }],
      counted: 1,
    });
    await speak(2);
    expect(await shown()).toEqual({ listed: [], counted: 0 });
    await pass(STALLED_AFTER_MS);
    await alarm();
    await deliver();
    expect(await notices()).toHaveLength(2);
    await asMachine(tenant.token, '/v1/report', { machine, run, events: [event(3, { type: 'run_succeeded' })] });
    await pass(2 * STALLED_AFTER_MS);
    await alarm();
    await deliver();
    expect(await notices()).toHaveLength(2);
  });
});

describe('what is told once', () => {
  it('is a silence of a PC whose second id is merged into the first, because both show one run', async () => {
    await add('ok', ['machine_stalled']);
    const [alias, kept, run] = [newMachine(), newMachine(), newRun()];
    for (const machine of [alias, kept])
      await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    await asMachine(tenant.token, '/v1/report', { machine: alias, run, events: [event(1)] });
    const merge = await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${alias.id}/merge`, {
      into: kept.id,
    });
    expect(merge.status).toBe(200);
    await asMachine(tenant.token, '/v1/report', { machine: alias, run, events: [event(2)] });
    // Both are at the one run, as after a report under the alias.
    await sql((db) => db.exec("UPDATE machines SET run_id = ?, run_status = 'running'", run.id));
    await pass(STALLED_AFTER_MS);
    await alarm();
    await deliver();
    expect((await notices()).map((one) => one.about.machine)).toEqual([kept.id]);
  });

  it('is never the end of a token that has a successor, because it is meant to end', async () => {
    await bindings.INDEX_DB.prepare('UPDATE api_tokens SET expires_at = ? WHERE tenant_id = ?')
      .bind(Date.now() + 3_600_000, tenant.id)
      .run();
    const rotated = await asPerson<{ id: string }>(emailOf('admin'), `/v1/tenants/${tenant.id}/tokens/t1/rotate`, {});
    expect(rotated.status).toBe(201);
    await add('ok', ['token_expiring']);
    await alarm();
    await deliver();
    // The successor lives as briefly, and has none of its own.
    expect((await notices()).map((one) => one.about.token)).toEqual([rotated.json.id]);
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/tokens/${rotated.json.id}/revoke`, {});
    await sql((db) => db.exec("UPDATE due SET at = 1 WHERE what = 'tokens_expiring'"));
    await alarm();
    await deliver();
    expect((await notices()).map((one) => one.about.token)).toContain('t1');
  });
});

describe('a receiver', () => {
  it('that is down gets every notice in order once it is up, each under one id', async () => {
    const made = await add('after/2');
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([{ begun: false }]);
    const machines = [await failedRun(), await failedRun(), await failedRun()];
    await deliver();
    expect(await log(made)).toMatchObject([
      { state: 'waiting', tries: 0 },
      { tries: 0 },
      { fault: 'failed', tries: 1 },
    ]);
    await deliver();
    await deliver();
    const got = await notices();
    expect(got.map((one) => one.about.machine)).toEqual([0, 0, 0, 1, 2].map((index) => machines[index]?.id));
    expect(new Set(got.map((one) => one.id)).size).toBe(3);
    expect((await log(made)).every((one) => one.state === 'delivered')).toBe(true);
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([{ begun: true, waiting: 0, failures: 0 }]);
  });

  it.each([
    ['status/500', { fault: 'failed' }],
    ['status/404', { fault: 'turned_down' }],
    ['redirect', { fault: 'redirected' }],
  ])(
    'that answers %s is tried again later, its answer not followed, not kept, and its status not told',
    async (mode, seen) => {
      const made = await add(mode);
      await failedRun();
      await deliver();
      expect(await log(made)).toMatchObject([{ state: 'waiting', tries: 1, ...seen }]);
      expect((await received()).map((one) => one.path)).toEqual([`/${mode}/${name}`]);
      expect(JSON.stringify(await sql((db) => db.exec('SELECT * FROM deliveries').toArray()))).not.toContain('nobody');
      expect(await sql((db) => db.exec('SELECT max(status) AS status FROM deliveries').one().status)).toBeNull();
      const { nextAt } = (await log(made))[0] ?? {};
      expect(nextAt).toBeGreaterThan(Date.now() + 20_000);
    },
  );

  it('that asks to be left alone is, for as long as it asks', async () => {
    const made = await add('later/7200');
    await failedRun();
    await deliver();
    const { nextAt } = (await log(made))[0] ?? {};
    expect((nextAt ?? 0) - Date.now()).toBeGreaterThan(7_100_000);
    expect((nextAt ?? 0) - Date.now()).toBeLessThanOrEqual(7_200_000);
  });

  it.each([
    ['429', { state: 'waiting', tries: 1, fault: 'failed' }],
    ['413', { state: 'waiting', tries: 1, fault: 'turned_down' }],
    ['200', { state: 'delivered', tries: 1, fault: null }],
  ])('of Teams that says 200 and means %s is believed in what it means', async (meant, seen) => {
    const url = `${RECEIVER}/teams/${meant}/${name}`;
    const write = { url, label: 'Teams', kinds: NoticeKind.options, receiver: 'teams' };
    const made = (await ask<WebhookMade>('', write)).json;
    await failedRun();
    await deliver();
    expect(await log(made)).toMatchObject([seen]);
  });

  it('that is gone for good is paused, on record and told to the others; what waits is kept until somebody has mended it', async () => {
    const gone = await add('status/410', ['run_failed']);
    const other = await add('ok', ['webhook_paused']);
    await failedRun();
    await deliver();
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([
      { id: gone.webhook.id, pausedAt: expect.any(Number), goneAt: expect.any(Number), waiting: 1 },
      { id: other.webhook.id, pausedAt: null, goneAt: null },
    ]);
    expect(await log(gone)).toMatchObject([{ state: 'waiting', tries: 1, fault: 'gone', nextAt: null }]);
    await deliver();
    expect((await notices()).filter((one) => one.kind === 'webhook_paused').map((one) => one.about)).toMatchObject([
      { webhook: gone.webhook.id, by: 'object' },
    ]);
    const change = { url: `${RECEIVER}/ok/${name}`, label: 'Mended', kinds: ['run_failed'] };
    expect((await ask<Webhook>(`/${gone.webhook.id}/change`, change)).json).toMatchObject({ label: 'Mended' });
    await ask(`/${gone.webhook.id}/pause`, { paused: false });
    await deliver();
    expect(await log(gone)).toMatchObject([{ state: 'delivered', tries: 2 }]);
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([{ pausedAt: null, goneAt: null }, {}]);
  });

  it('of a webhook that was added before goes on getting the signature that it knows', async () => {
    const made = await add('ok');
    await sql((db) => db.exec("UPDATE webhooks SET signature = 'totl', secret = 'as before'"));
    await failedRun();
    await deliver();
    const [got] = await received();
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(got?.headers['totl-signature'] ?? '') ?? [];
    expect(v1).toBe(createHmac('sha256', 'as before').update(`${t}.${got?.body}`).digest('hex'));
    expect([got?.headers['totl-notice'], got?.headers['webhook-signature']]).toEqual([
      (await log(made))[0]?.notice,
      undefined,
    ]);
  });

  it.each([
    ['slack', { text: expect.stringContaining('A run failed') }],
    ['discord', { content: expect.stringContaining('A run failed') }],
    ['teams', { type: 'message' }],
  ])('that is %s gets what %s takes, unsigned, and nobody is shown a secret', async (receiver, body) => {
    const write = { url: `${RECEIVER}/ok/${name}`, label: 'Chat', kinds: ['run_failed'], receiver };
    const { status, json } = await ask<WebhookMade>('', write);
    expect([status, json.secret, json.webhook.receiver]).toEqual([201, null, receiver]);
    await failedRun();
    await deliver();
    const [got] = await received();
    expect(JSON.parse(got?.body ?? '')).toMatchObject(body);
    expect(Object.keys(got?.headers ?? {}).filter((header) => /^(webhook|totl)-/.test(header))).toEqual([]);
  });

  it('that is changed gets what waited at its new URL at once; a URL that none may have is refused as at the start', async () => {
    const { webhook } = await add('status/500');
    await failedRun();
    await deliver();
    const to = (url: string) => ask(`/${webhook.id}/change`, { url, label: 'Ours', kinds: ['run_failed'] });
    expect((await to('https://10.0.0.1/x')).json).toMatchObject({ code: 'invalid_body' });
    expect((await to(`${RECEIVER}/ok/${name}-new`)).status).toBe(200);
    expect(await alarm()).toBe(true);
    expect((await fetch(`${RECEIVER}/received/${name}-new`).then((all) => all.json())) as Received[]).toHaveLength(1);
  });

  it('that is changed while a try is on its way is not judged by what the old URL answers', async () => {
    const { webhook } = await add('silent');
    await failedRun();
    const delivered = deliver();
    await until(async () => expect(await received()).toHaveLength(1));
    const change = { url: `${RECEIVER}/ok/${name}-now`, label: 'Ours', kinds: ['run_failed'] };
    expect((await ask(`/${webhook.id}/change`, change)).status).toBe(200);
    await delivered;
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([{ failures: 0, pausedAt: null, waiting: 0 }]);
    expect((await fetch(`${RECEIVER}/received/${name}-now`).then((all) => all.json())) as Received[]).toHaveLength(1);
  });

  it('that nobody is behind is unreachable, and what waits three days is given up and shown so', async () => {
    const nobody = { url: 'http://localhost:9/', label: 'Nobody', kinds: ['run_failed'] };
    const { json: made } = await ask<WebhookMade>('', nobody);
    await failedRun();
    await deliver();
    expect(await log(made)).toMatchObject([{ state: 'waiting', fault: 'unreachable' }]);
    await pass(GIVE_UP_MS);
    await failedRun();
    await deliver();
    expect((await log(made)).map((one) => [one.state, one.nextAt !== null])).toEqual([
      ['waiting', true],
      ['given_up', false],
    ]);
  });

  it('that refuses one notice for good holds back the others for five tries only', async () => {
    const made = await add('refuse-first/413');
    const machines = [await failedRun(), await failedRun()];
    for (let tries = 1; tries < REFUSED_TRIES; tries++) {
      await deliver();
      expect(await log(made)).toMatchObject([{ tries: 0 }, { state: 'waiting', tries, fault: 'turned_down' }]);
    }
    await deliver();
    expect(await log(made)).toMatchObject([
      { state: 'delivered', tries: 1, fault: null },
      { state: 'given_up', tries: REFUSED_TRIES, fault: 'turned_down', nextAt: null },
    ]);
    expect((await notices()).at(-1)?.about.machine).toBe(machines[1]?.id);
    expect((await ask<WebhookList>('')).json.webhooks).toMatchObject([{ waiting: 0, failures: 0 }]);
  });

  it.each([429, 503])('that answers %i is tried beyond five times, since that passes', async (status) => {
    const made = await add(`status/${status}`);
    await failedRun();
    for (let tries = 0; tries <= REFUSED_TRIES; tries++) await deliver();
    expect(await log(made)).toMatchObject([{ state: 'waiting', tries: REFUSED_TRIES + 1, fault: 'failed' }]);
  });

  it('that stumbles on one reveal’s notice gets the next one’s all the same, because a host name may be chosen to that end', async () => {
    const made = await add('refuse-first/500', ['secret_revealed']);
    await reveal();
    await deliver();
    await sql((db) => db.exec('UPDATE webhooks SET next_at = ?, failures = 9', Date.now() + 6 * 3_600_000));
    await reveal();
    expect(await alarm()).toBe(true);
    expect(await log(made)).toMatchObject([
      { state: 'delivered', tries: 1 },
      { state: 'waiting', fault: 'failed' },
    ]);
  });

  it('that stumbles on one for hours gets it last, so that what failed for a moment does not wait behind it', async () => {
    const made = await add('refuse-first/500', ['secret_revealed']);
    await reveal();
    for (let tries = 0; tries < STUMBLED_TRIES; tries++) await deliver();
    await reveal();
    // As if the second one had failed once, in a bad moment of the receiver.
    await sql((db) => db.exec('UPDATE deliveries SET rank = 0, tries = 1 WHERE tries = 0'));
    await deliver();
    expect((await log(made)).map(({ state }) => state)).toEqual(['delivered', 'waiting']);
    await pass(GIVE_UP_MS);
    await deliver();
    expect((await log(made)).map(({ state }) => state)).toEqual(['delivered', 'given_up']);
  });

  it('that never answers is given ten seconds, and delays its own notices only', async () => {
    const silent = await add('silent');
    const quick = await add('ok');
    await failedRun();
    await deliver();
    expect(await log(silent)).toMatchObject([{ state: 'waiting', tries: 1, fault: 'timed_out' }]);
    expect(await log(quick)).toMatchObject([{ state: 'delivered' }]);
  });
});

describe('a flood', () => {
  it('of failed runs stands behind a reveal, because whoever reveals could hide behind one', async () => {
    await add('ok');
    for (let runs = 0; runs < 5; runs++) await failedRun();
    await reveal();
    await deliver();
    expect((await notices()).map((one) => one.kind)).toEqual(['secret_revealed', ...Array(6).fill('run_failed')]);
  });

  it('is told of as one that stands for many, so that it does not outlive its three days', async () => {
    const made = await add('ok', ['run_failed']);
    for (let runs = 0; runs < FLOOD_MAX + 5; runs++) await failedRun();
    expect(await log(made)).toHaveLength(FLOOD_MAX);
    await deliver();
    const got = await notices();
    expect(got.map((one) => one.about.further)).toEqual([...Array(FLOOD_MAX - 1).fill(undefined), 5]);
    // The next one is told of by itself again.
    await failedRun();
    await deliver();
    expect((await notices()).at(-1)?.about.further).toBeUndefined();
  });

  it('of what fails for hours holds nothing back that outranks it', async () => {
    const made = await add('refuse-kind/run_failed');
    await failedRun();
    await deliver();
    await sql((db) => db.exec('UPDATE webhooks SET next_at = ?, failures = 9', Date.now() + 6 * 3_600_000));
    await reveal();
    expect(await alarm()).toBe(true);
    expect((await log(made)).map((one) => [one.kind, one.state])).toEqual([
      ['secret_revealed', 'delivered'],
      ['run_failed', 'waiting'],
      ['run_failed', 'waiting'],
    ]);
  });

  it('gives its places up first where a queue is full, the newest too, and only then the oldest of what outranks it', async () => {
    const made = await add('ok', ['run_failed', 'person_removed']);
    const queued = (...kinds: ('run_failed' | 'person_removed')[]) =>
      runInDurableObject(stub(), (_object, state) =>
        state.storage.transactionSync(() => {
          const common = { tenant: tenant.id, at: Date.now(), about: {} };
          for (const kind of kinds)
            queueFor(state.storage.sql, [{ id: made.webhook.id }], { id: crypto.randomUUID(), kind, ...common });
        }),
      );
    const states = async () =>
      (await log(made)).map(({ kind, state }) => `${kind} ${state === 'waiting' ? 'waits' : 'is given up'}`).reverse();
    await ask(`/${made.webhook.id}/pause`, { paused: true });
    await asPerson('operator@example.com', `/v1/operator/tenants/${tenant.id}/limits`, { queuedNotices: 10 });
    await queued('run_failed', 'run_failed', ...Array(9).fill('person_removed'));
    expect(await states()).toEqual([
      'run_failed is given up',
      'run_failed waits',
      ...Array(9).fill('person_removed waits'),
    ]);
    await queued('person_removed', 'run_failed', 'person_removed');
    expect(await states()).toEqual([
      ...Array(2).fill('run_failed is given up'),
      'person_removed is given up',
      ...Array(9).fill('person_removed waits'),
      'run_failed is given up',
      'person_removed waits',
    ]);
  });
});

describe('a webhook of earlier rules', () => {
  it('is not called where its URL is none that a webhook may have today, and says so', async () => {
    const made = await add('ok', ['run_failed']);
    await sql((db) => db.exec("UPDATE webhooks SET url = 'https://169.254.169.254/latest'"));
    await failedRun();
    await deliver();
    expect(await log(made)).toMatchObject([{ state: 'waiting', tries: 1, fault: 'not_allowed' }]);
  });
});

describe('an object that is evicted', () => {
  it('between the cause and the delivery delivers by its alarm all the same', async () => {
    await add('ok');
    await failedRun();
    await evictDurableObject(stub());
    await deliver();
    expect(await notices()).toHaveLength(1);
  });

  it('between a delivery and its note delivers again under the same id, so that nothing is lost', async () => {
    const made = await add('ok');
    await failedRun();
    await deliver();
    // As if the note had never been written: the delivery still waits.
    await sql((db) => db.exec("UPDATE deliveries SET state = 'waiting', tries = 0"));
    await evictDurableObject(stub());
    await deliver();
    const got = await notices();
    expect([got.length, new Set(got.map((one) => one.id)).size]).toEqual([2, 1]);
    expect(await log(made)).toMatchObject([{ state: 'delivered' }]);
  });

  it('in the middle of its duties has asked for its alarm again before it began', async () => {
    await add('ok');
    await failedRun();
    await sql((db) => db.exec("UPDATE due SET at = 1 WHERE what = 'notices'"));
    const due = await runInDurableObject(stub(), async (_object, state) => {
      const { takeTurn } = await import('../duties.ts');
      takeTurn(state.storage, tenant.id, Date.now());
      return state.storage.sql.exec("SELECT at FROM due WHERE what = 'notices'").toArray();
    });
    expect(due).toHaveLength(1);
  });
});

describe('a webhook', () => {
  it('says its secret once: no list and no log holds it, nor does the audit hold its URL', async () => {
    const made = await add('ok');
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const said = [
      (await ask('')).json,
      (await ask(`/${made.webhook.id}/deliveries`)).json,
      (await asPerson(emailOf('auditor'), `/v1/tenants/${tenant.id}/audit?limit=500`)).json,
    ];
    expect(JSON.stringify(said)).not.toContain(made.secret);
    expect(JSON.stringify(said[2])).not.toContain(`/ok/${name}`);
  });

  it('is refused where its URL leads inside, and beyond the fifth', async () => {
    const write = { label: 'x', kinds: ['run_failed'] };
    const bad = await ask('', { ...write, url: 'https://169.254.169.254/latest' });
    expect(bad.json).toMatchObject({ status: 422, code: 'invalid_body', errors: [{ field: 'body.url' }] });
    for (let i = 0; i < 5; i++) expect((await ask('', { ...write, url: 'https://a.example.com/' })).status).toBe(201);
    const sixth = await ask('', { ...write, url: 'https://a.example.com/' });
    expect(sixth.json).toMatchObject({ status: 409, code: 'too_many_webhooks' });
  });

  it('that is paused keeps what comes in, and sends it when it is resumed', async () => {
    const made = await add('ok');
    const pause = (paused: boolean) => ask<Webhook>(`/${made.webhook.id}/pause`, { paused });
    expect((await pause(true)).json.pausedAt).not.toBeNull();
    await failedRun();
    await deliver();
    expect(await received()).toEqual([]);
    expect((await pause(false)).json).toMatchObject({ pausedAt: null, waiting: 1 });
    expect(await alarm()).toBe(true);
    expect((await log(made)).every((one) => one.state === 'delivered')).toBe(true);
    expect(await notices()).toHaveLength(1);
  });

  it('that is paused for long keeps three days of what comes in, by an alarm of its own', async () => {
    const made = await add('ok');
    await ask(`/${made.webhook.id}/pause`, { paused: true });
    await failedRun();
    await pass(GIVE_UP_MS);
    await failedRun();
    await alarm();
    expect((await log(made)).map((one) => one.state)).toEqual(['waiting', 'given_up']);
    const due = await sql((db) => db.exec("SELECT at FROM due WHERE what = 'notices'").one().at as number);
    expect(due).toBeGreaterThan(Date.now() + GIVE_UP_MS - 3_600_000);
    expect(await received()).toEqual([]);
  });

  it('that is removed takes with it what waits for it', async () => {
    const made = await add('status/500');
    await failedRun();
    expect((await ask(`/${made.webhook.id}/remove`, {})).status).toBe(200);
    await deliver();
    expect(await received()).toEqual([]);
    expect((await ask(`/${made.webhook.id}/deliveries`)).json).toMatchObject({ code: 'unknown_webhook' });
  });
});
