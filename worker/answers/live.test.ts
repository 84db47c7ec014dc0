// A live socket through the whole Worker, with real tokens: who may open one, what reaches whom, and when it ends.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { SOCKETS_HELD_A_PERSON } from '../../objects/live/live.ts';
import { RENEW_AFTER_MS, type Subscription } from '../../objects/live/subscription.ts';
import { LIVE_ACK, LIVE_CLOSE } from '../../schema/facts/live-socket.ts';
import type { Problem } from '../../schema/problem.ts';
import { until } from '../../test/support/until.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  type Listener,
  listen,
  mustListen,
  newMachine,
  newRun,
  PORTAL,
  request,
  seedTenant,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';

const engineer = emailOf('engineer');
const report = ({ token }: TestTenant) =>
  asMachine(token, '/v1/report', { machine: newMachine(), run: newRun(), events: [event(1)] });
const types = (listener: Listener) => listener.heard.map((message) => message.type);
const closes = (listener: Listener, code: number) => until(() => expect(listener.closedWith).toBe(code));

/** Alters what the object keeps about its sockets, as time would. */
const bend = (tenant: string, how: (before: Subscription) => Partial<Subscription>) =>
  runInDurableObject(bindings.TENANT.getByName(tenant), (_object, state) => {
    for (const socket of state.getWebSockets()) {
      const before: Subscription = socket.deserializeAttachment();
      socket.serializeAttachment({ ...before, ...how(before) });
    }
  });

describe('a live socket', () => {
  it('tells of a report once it is kept, with the counters, and another tenant of nothing', async () => {
    const [tenant, other] = [await seedTenant(), await seedTenant('Other')];
    const [mine, theirs] = [await mustListen(engineer, tenant.id), await mustListen(engineer, other.id)];
    const machine = newMachine();
    await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    await until(() => expect(types(mine)).toEqual(['hello', 'machines']));
    const list = (await asPerson<{ machines: unknown[] }>(engineer, `/v1/tenants/${tenant.id}/machines`)).json;
    expect(mine.heard[1]).toMatchObject({ machines: list.machines, counts: { machines: 1, runs: { running: 1 } } });
    expect(types(theirs)).toEqual(['hello']);
  });

  it('is who the Worker says, whatever a client puts into the Worker’s own header', async () => {
    const { id } = await seedTenant();
    const caller = { tenant: id, principal: { kind: 'person', id: 'u0', name: emailOf('admin'), role: 'admin' } };
    const forged = encodeURIComponent(JSON.stringify({ caller, asked: { sessionEndsAt: 9e15 } }));
    await mustListen(emailOf('auditor'), id, { headers: { 'x-totl-caller': forged } });
    const kept = await runInDurableObject(bindings.TENANT.getByName(id), (_object, state) =>
      state.getWebSockets().map((socket) => ({
        whose: state.getTags(socket),
        until: (socket.deserializeAttachment() as Subscription).sessionEndsAt,
      })),
    );
    expect(kept).toMatchObject([{ whose: ['u2'] }]);
    expect(kept[0]?.until).toBeLessThan(Date.now() + 601_000);
  });

  it('is refused to other pages, to strangers, and for a cursor that is none', async () => {
    const { id } = await seedTenant();
    expect(await listen(engineer, id, { headers: { origin: 'https://evil.example' } })).toBe('wrong_origin');
    expect(await listen('stranger@example.com', id)).toBe('not_a_member');
    expect(await listen(engineer, id, { headers: { 'cf-access-jwt-assertion': '' } })).toBe('not_signed_in');
    expect(await listen(engineer, id, { cursor: 'DROP' })).toBe('invalid_query');
  });

  it('is asked for with an upgrade: a plain GET is told so', async () => {
    const { id } = await seedTenant();
    const headers = { 'cf-access-jwt-assertion': await accessToken(engineer), origin: PORTAL };
    const { json } = await request<Problem>('GET', `/v1/tenants/${id}/live`, headers);
    expect(json).toMatchObject({ status: 426, code: 'upgrade_required' });
  });

  it.each([
    ['anything but an acknowledgement', 'hello'],
    ['an acknowledgement of no cursor', `${LIVE_ACK}x`],
    ['one that is too long', `${LIVE_ACK}a.${'1'.repeat(100)}`],
    ['bytes', new Uint8Array(9)],
  ])('is closed for %s', async (_what, said) => {
    const listener = await mustListen(engineer, (await seedTenant()).id);
    listener.say(said);
    await closes(listener, 1008);
  });

  it('is closed for an acknowledgement of what was never sent, and not for one said twice', async () => {
    const tenant = await seedTenant();
    const listener = await mustListen(engineer, tenant.id);
    await report(tenant);
    await until(() => expect(types(listener)).toContain('machines'));
    const { cursor } = listener;
    listener.say(LIVE_ACK + cursor);
    await report(tenant);
    await until(() => expect(listener.cursor).not.toBe(cursor));
    expect(listener.closedWith).toBeNull();
    const [instance, place] = listener.cursor.split('.');
    listener.say(`${LIVE_ACK}${instance}.${Number(place) + 1_000}`);
    await closes(listener, 1008);
  });

  it('is opened so often a minute, more than all tabs at once after a deploy', async () => {
    const { id } = await seedTenant();
    await asPerson('operator@example.com', `/v1/operator/tenants/${id}/limits`, { personSockets: 4 });
    const refused = async () => (await listen(engineer, id)) === 'too_many_sockets';
    let tries = 0;
    // The minute may end meanwhile: then it is begun anew.
    while (!(await refused())) expect(++tries).toBeLessThan(9);
    await mustListen(emailOf('admin'), id);
  });

  it('answers a ping without the object, and takes it for nothing else', async () => {
    const { id } = await seedTenant();
    const listener = await mustListen(engineer, id);
    listener.say('ping');
    await until(() => expect(listener.pongs).toBe(1));
    expect(listener.closedWith).toBeNull();
  });
});

describe('a live socket ends', () => {
  it('with the Access token, before anything more is sent', async () => {
    const tenant = await seedTenant();
    // Within the Worker's tolerance for clocks, and past for the object.
    const exp = Math.floor(Date.now() / 1000) - 5;
    const listener = await mustListen(engineer, tenant.id, { claims: { exp } });
    await report(tenant);
    await closes(listener, LIVE_CLOSE.session_expired);
    expect(types(listener)).toEqual(['hello']);
  });

  it('with the Access token also at an acknowledgement', async () => {
    const tenant = await seedTenant();
    const listener = await mustListen(engineer, tenant.id);
    await bend(tenant.id, () => ({ sessionEndsAt: 1 }));
    listener.say(LIVE_ACK + listener.cursor);
    await closes(listener, LIVE_CLOSE.session_expired);
  });

  it('after an hour, to be asked for anew, and goes on where it was', async () => {
    const tenant = await seedTenant();
    const listener = await mustListen(engineer, tenant.id);
    await bend(tenant.id, ({ openedAt }) => ({ openedAt: openedAt - RENEW_AFTER_MS }));
    await report(tenant);
    await closes(listener, LIVE_CLOSE.renew);
    const again = await mustListen(engineer, tenant.id, { cursor: listener.cursor });
    await until(() => expect(types(again)).toEqual(['hello', 'machines']));
    expect(again.heard[0]).toMatchObject({ resync: false });
  });

  it.each([
    ['its person is removed', 'remove', {}],
    ['its person gets another role', 'role', { role: 'auditor' }],
  ])('when %s, and nobody else’s does', async (_what, act, body) => {
    const { id } = await seedTenant();
    const [theirs, other] = [await mustListen(engineer, id), await mustListen(emailOf('auditor'), id)];
    expect((await asPerson(emailOf('admin'), `/v1/tenants/${id}/people/u1/${act}`, body)).status).toBe(200);
    await closes(theirs, LIVE_CLOSE.not_allowed);
    expect(other.closedWith).toBeNull();
    expect(await listen(engineer, id)).toEqual(act === 'remove' ? 'not_a_member' : expect.anything());
  });

  it.each([
    ['marks its person as removed', "UPDATE users SET status = 'removed' WHERE role = 'engineer'"],
    ['has its person no more', "DELETE FROM users WHERE role = 'engineer'"],
  ])('when the index %s, as soon as the object reads it', async (_what, statement) => {
    const { id } = await seedTenant();
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/people`);
    const theirs = await mustListen(engineer, id);
    await bindings.INDEX_DB.exec(statement);
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/people`);
    await closes(theirs, LIVE_CLOSE.not_allowed);
  });

  it('for everybody when the tenant is suspended, by an operator or by SQL', async () => {
    const { id } = await seedTenant();
    const [one, two] = [await mustListen(engineer, id), await mustListen(emailOf('auditor'), id)];
    await asPerson('operator@example.com', `/v1/operator/tenants/${id}/suspend`, { reason: 'unpaid' });
    await closes(one, LIVE_CLOSE.not_allowed);
    await closes(two, LIVE_CLOSE.not_allowed);
    expect(await listen(engineer, id)).toBe('tenant_suspended');
    const other = await seedTenant('Other');
    const three = await mustListen(engineer, other.id);
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'suspended' WHERE id = ?").bind(other.id).run();
    await asPerson('operator@example.com', '/v1/operator/tenants');
    await closes(three, LIVE_CLOSE.not_allowed);
  });

  it('when its person opens a seventeenth: the oldest goes', async () => {
    const { id } = await seedTenant();
    const listeners = [];
    for (let count = 0; count < 17; count++) listeners.push(await mustListen(engineer, id));
    await closes(listeners[0] as Listener, LIVE_CLOSE.too_many);
    expect(listeners.filter((one) => one.closedWith !== null)).toHaveLength(1);
  });
});

it('refuses whoever leaves their closed sockets unanswered, since each is held until it is, and nobody else', async () => {
  const { id } = await seedTenant();
  await mustListen(engineer, id);
  const held = await runInDurableObject(bindings.TENANT.getByName(id), (_object, state) => {
    const [open] = state.getWebSockets();
    for (let count = 1; count < SOCKETS_HELD_A_PERSON; count++) {
      // Nobody reads at the other end, so nobody answers.
      const server = new WebSocketPair()[1];
      state.acceptWebSocket(server, ['u1']);
      server.serializeAttachment(open?.deserializeAttachment());
      server.close(LIVE_CLOSE.too_many);
    }
    return state.getWebSockets('u1').map(({ readyState }) => readyState);
  });
  expect(held).toHaveLength(SOCKETS_HELD_A_PERSON);
  expect(held.filter((state) => state === WebSocket.READY_STATE_OPEN)).toHaveLength(1);
  expect(await listen(engineer, id)).toBe('too_many_sockets');
  await mustListen(emailOf('admin'), id);
});

it('refuses what is beyond the tenant’s number of sockets', async () => {
  const { id } = await seedTenant();
  await mustListen(engineer, id);
  await runInDurableObject(bindings.TENANT.getByName(id), (_object, state) => {
    for (let count = 1; count < 500; count++) state.acceptWebSocket(new WebSocketPair()[1], ['somebody']);
  });
  expect(await listen(emailOf('admin'), id)).toBe('too_many_sockets');
});
