// What a tenant's object sends over live sockets, and what it does not: batches, slow readers, cursors, hibernation.
// Also the law that a browser which follows the messages ends with the list that the API gives.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIVE_ACK, LIVE_CLOSE } from '../../schema/facts/live-socket.ts';
import type { LiveMessage } from '../../schema/live.ts';
import type { MachinePage, MachineSummary } from '../../schema/machine.ts';
import { until } from '../../test/support/until.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  grantRequest,
  type Listener,
  mustListen,
  newMachine,
  newRun,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import { listenerOf } from '../core/changes.ts';
import { flushEvery, SOCKETS_A_TENANT } from './live.ts';
import { UNACKED_MAX } from './subscription.ts';

const engineer = emailOf('engineer');
const objectOf = (tenant: string) => bindings.TENANT.getByName(tenant);
const report = (token: string, machine = newMachine(), run = newRun(), seq = 1) =>
  asMachine(token, '/v1/report', { machine, run, events: [event(seq)] });
const types = (listener: Listener) => listener.heard.map((message) => message.type);
const told = (message: LiveMessage | undefined) =>
  message?.type === 'machines' ? message.machines.map((machine) => machine.id) : null;
const hears = (listener: Listener, count: number) => until(() => expect(listener.heard).toHaveLength(count));

/** Says in one turn that these have changed, as a transaction does. */
const change = (tenant: string, ids: readonly string[]) =>
  runInDurableObject(objectOf(tenant), (_object, state) => {
    for (const id of ids) listenerOf(state.storage.sql)?.machineChanged(id);
  });

/** As many batches as that, one after the other: `fast` acknowledges each. */
const batches = async (tenant: string, fast: Listener, count: number) => {
  const before = fast.heard.length;
  for (let done = 1; done <= count; done++) {
    await change(tenant, [`machine-${done}`]);
    await hears(fast, before + done);
  }
};

describe('what changes at once', () => {
  it('comes in one message, each machine as it is in the end', async () => {
    const { id, token } = await seedTenant();
    const ids = [];
    for (let count = 0; count < 3; count++) {
      const machine = newMachine();
      ids.push(machine.id);
      await report(token, machine);
    }
    const listener = await mustListen(engineer, id);
    await change(id, [...ids, ...ids, ...ids]);
    await hears(listener, 2);
    expect(told(listener.heard[1])?.sort()).toEqual(ids.sort());
    await change(id, ids.slice(0, 1));
    await hears(listener, 3);
  });

  it('comes every 100 ms at most, with two hundred sockets five times a second: they must not starve the reports', () => {
    expect([1, 100, SOCKETS_A_TENANT].map(flushEvery)).toEqual([100, 100, 200]);
  });

  it('comes in messages of 200 machines where it is more', async () => {
    const { id } = await seedTenant();
    const listener = await mustListen(engineer, id);
    await change(
      id,
      Array.from({ length: 401 }, (_, index) => `machine-${index}`),
    );
    await hears(listener, 4);
    expect(listener.heard.slice(1).map((message) => message.cursor.split('.')[1])).toEqual(['1', '2', '3']);
  });

  it('is told as it is: of a transaction that was rolled back, nothing', async () => {
    const { id, token } = await seedTenant();
    const machine = newMachine();
    await report(token, machine);
    const listener = await mustListen(engineer, id);
    await runInDurableObject(objectOf(id), (_object, { storage }) => {
      expect(() =>
        storage.transactionSync(() => {
          storage.sql.exec("UPDATE machines SET shelf = 'archived' WHERE id = ?", machine.id);
          listenerOf(storage.sql)?.machineChanged(machine.id);
          throw new Error('rolled back');
        }),
      ).toThrow('rolled back');
    });
    await hears(listener, 2);
    expect(listener.heard[1]).toMatchObject({ machines: [{ id: machine.id, shelf: 'fleet' }] });
  });

  it('tells of both ids when one is merged into the other, so that the alias leaves the list', async () => {
    const { id, token } = await seedTenant();
    const [alias, kept] = [newMachine(), newMachine()];
    for (const machine of [alias, kept]) await report(token, machine);
    const listener = await mustListen(engineer, id);
    await asPerson(engineer, `/v1/tenants/${id}/machines/${alias.id}/merge`, { into: kept.id });
    await hears(listener, 2);
    const [, message] = listener.heard;
    if (message?.type !== 'machines') throw new Error('a change is told of');
    expect(Object.fromEntries(message.machines.map((one) => [one.id, one.shelf]))).toEqual({
      [alias.id]: 'merged',
      [kept.id]: 'fleet',
    });
  });
});

describe('a request for access', () => {
  it('is told to admins at once, and to nobody else, because only an admin can answer it', async () => {
    const { id, keyring } = await seedReadyTenant();
    const [of, by] = [await mustListen(emailOf('admin'), id), await mustListen(engineer, id)];
    const asked = await grantRequest(id, engineer, keyring.root.fingerprint);
    expect((await asPerson(engineer, `/v1/tenants/${id}/grants`, asked)).status).toBe(200);
    await until(() => expect(types(of)).toEqual(['hello', 'requests']));
    await asPerson(engineer, `/v1/tenants/${id}/grants/${asked.unlocker.id}/decline`, {});
    await until(() => expect(types(of)).toEqual(['hello', 'requests', 'requests']));
    expect(types(by)).toEqual(['hello']);
    of.leave();
    by.leave();
  });

  /** Says that somebody asks, as a transaction does. */
  const ask = (tenant: string) =>
    runInDurableObject(objectOf(tenant), (_object, state) => listenerOf(state.storage.sql)?.grantsChanged());

  it('takes a slow browser no further than it was sent, so that on its return it is told what was left out', async () => {
    const { id } = await seedTenant();
    const [slow, fast] = [await mustListen(emailOf('admin'), id), await mustListen(engineer, id)];
    slow.acks = false;
    await batches(id, fast, UNACKED_MAX + 1);
    await hears(slow, 1 + UNACKED_MAX);
    const reached = slow.cursor;
    await ask(id);
    await until(() => expect(types(slow).at(-1)).toBe('requests'));
    expect(slow.cursor).toBe(reached);
    slow.leave();
    const back = await mustListen(emailOf('admin'), id, { cursor: slow.cursor });
    await hears(back, 2);
    expect([types(back), back.cursor]).toEqual([['hello', 'machines'], fast.cursor]);
    back.leave();
    fast.leave();
  });

  it('is not told where the sign-in has expired, because nothing is sent after that', async () => {
    const { id } = await seedTenant();
    const listener = await mustListen(emailOf('admin'), id);
    await runInDurableObject(objectOf(id), (_object, state) => {
      for (const socket of state.getWebSockets())
        socket.serializeAttachment({ ...socket.deserializeAttachment(), sessionEndsAt: 1 });
    });
    await ask(id);
    await until(() => expect(listener.closedWith).toBe(LIVE_CLOSE.session_expired));
    expect(types(listener)).toEqual(['hello']);
  });
});

describe('a slow reader', () => {
  it('gets a bounded number of messages, then one resync for all it missed, and is served again', async () => {
    const { id } = await seedTenant();
    const [slow, fast] = [await mustListen(engineer, id), await mustListen(engineer, id)];
    slow.acks = false;
    await batches(id, fast, UNACKED_MAX + 3);
    expect(types(slow)).toEqual(['hello', ...Array(UNACKED_MAX).fill('machines')]);
    // Half of it: it still gets nothing, because it has not finished with what it has.
    slow.say(LIVE_ACK + slow.heard[4]?.cursor);
    await batches(id, fast, 1);
    expect(types(slow)).toHaveLength(1 + UNACKED_MAX);
    slow.acks = true;
    slow.say(LIVE_ACK + slow.cursor);
    await hears(slow, 2 + UNACKED_MAX);
    expect(types(slow).at(-1)).toBe('resync');
    await batches(id, fast, 1);
    await hears(slow, 3 + UNACKED_MAX);
    expect(types(slow).at(-1)).toBe('machines');
  });

  it('is known as slow over a hibernation: what it owes is in its socket’s attachment', async () => {
    const { id } = await seedTenant();
    const [slow, fast] = [await mustListen(engineer, id), await mustListen(engineer, id)];
    slow.acks = false;
    await batches(id, fast, UNACKED_MAX - 1);
    await evictDurableObject(objectOf(id));
    await batches(id, fast, 3);
    expect(types(slow)).toHaveLength(1 + UNACKED_MAX);
    expect(slow.heard.at(-1)?.cursor.split('.')[0]).not.toBe(slow.heard[1]?.cursor.split('.')[0]);
    slow.say(LIVE_ACK + slow.cursor);
    await hears(slow, 2 + UNACKED_MAX);
    expect(types(slow).at(-1)).toBe('resync');
  });
});

describe('a browser that comes back', () => {
  it('gets just what it missed, once it has said hello with its own cursor', async () => {
    const { id, token } = await seedTenant();
    const [gone, there] = [await mustListen(engineer, id), await mustListen(engineer, id)];
    await report(token);
    await hears(gone, 2);
    // Messages that it hears while its socket closes do not count as received.
    const { cursor } = gone;
    gone.leave();
    const [run, machine] = [newRun(), newMachine()];
    await report(token, machine, run);
    await hears(there, 3);
    await report(token, machine, run, 2);
    await hears(there, 4);
    const back = await mustListen(engineer, id, { cursor });
    await hears(back, 2);
    expect(back.heard[0]).toEqual({ type: 'hello', cursor, resync: false });
    expect([told(back.heard[1]), back.cursor]).toEqual([[machine.id], there.cursor]);
  });

  it('reads anew when nobody listened meanwhile and something changed, for then nothing was noted', async () => {
    const { id, token } = await seedTenant();
    const gone = await mustListen(engineer, id);
    gone.leave();
    await until(async () =>
      expect(await runInDurableObject(objectOf(id), (_object, state) => state.getWebSockets().length)).toBe(0),
    );
    const quiet = await mustListen(engineer, id, { cursor: gone.cursor });
    await hears(quiet, 1);
    expect(quiet.heard[0]).toMatchObject({ resync: false });
    quiet.leave();
    await until(async () =>
      expect(await runInDurableObject(objectOf(id), (_object, state) => state.getWebSockets().length)).toBe(0),
    );
    await report(token);
    const back = await mustListen(engineer, id, { cursor: gone.cursor });
    await hears(back, 1);
    expect(back.heard[0]).toMatchObject({ resync: true });
  });

  it('reads anew with the cursor of another instance, and with one that was never given', async () => {
    const { id } = await seedTenant();
    const first = await mustListen(engineer, id);
    await hears(first, 1);
    const [instance] = first.cursor.split('.');
    await evictDurableObject(objectOf(id), { webSockets: 'close' });
    for (const cursor of [first.cursor, `${instance}.999`, 'other.0']) {
      const back = await mustListen(engineer, id, { cursor });
      await hears(back, 1);
      expect(back.heard[0]).toMatchObject({ resync: true });
    }
  });
});

it('stays over a hibernation: the next report reaches it', async () => {
  const { id, token } = await seedTenant();
  const listener = await mustListen(engineer, id);
  await evictDurableObject(objectOf(id));
  const machine = newMachine();
  await report(token, machine);
  await hears(listener, 2);
  expect(told(listener.heard[1])).toEqual([machine.id]);
});

it('loses nothing that was noted and not yet sent when the object goes to sleep', async () => {
  const { id } = await seedTenant();
  const listener = await mustListen(engineer, id);
  await change(id, ['first']);
  await hears(listener, 2);
  // The next batch waits for its time.
  await change(id, ['second']);
  await evictDurableObject(objectOf(id));
  await change(id, ['third']);
  await hears(listener, 4);
});

/**
 * A browser that follows the messages: it applies changes, and reads its list anew where it must; changes that come
 * meanwhile are applied on top.
 */
class Browser {
  readonly #tenant: string;
  list = new Map<string, MachineSummary>();
  #listener: Listener | null = null;
  #applied = 0;
  #meanwhile: MachineSummary[] | null = null;
  #stale = true;
  #cursor: string | undefined;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  async connect(): Promise<void> {
    if (this.#listener) return;
    this.#listener = await mustListen(engineer, this.#tenant, { cursor: this.#cursor });
    this.#applied = 0;
  }

  disconnect(): void {
    this.#work();
    this.#listener?.leave();
    this.#listener = null;
  }

  set acks(acks: boolean) {
    if (!this.#listener) return;
    this.#listener.acks = acks;
    const last = this.#listener.heard.at(-1);
    if (acks && last && last.type !== 'hello') this.#listener.say(LIVE_ACK + last.cursor);
  }

  /** Reads as it has to; true once it is up to date with all it has heard. */
  async settle(): Promise<boolean> {
    this.#work();
    if (!this.#stale) return true;
    this.#stale = false;
    this.#meanwhile = [];
    const { json } = await asPerson<MachinePage>(engineer, `/v1/tenants/${this.#tenant}/machines?limit=200`);
    this.#work();
    this.list = new Map(json.machines.map((machine) => [machine.id, machine]));
    const meanwhile = this.#meanwhile;
    this.#meanwhile = null;
    this.#apply(meanwhile);
    return false;
  }

  #work(): void {
    for (const message of this.#listener?.heard.slice(this.#applied) ?? []) {
      this.#applied++;
      this.#cursor = message.cursor;
      if (message.type === 'requests') continue;
      if (message.type !== 'machines') this.#stale ||= message.type === 'resync' || message.resync;
      else if (this.#meanwhile) this.#meanwhile.push(...message.machines);
      else this.#apply(message.machines);
    }
  }

  #apply(machines: readonly MachineSummary[]): void {
    for (const machine of machines)
      if (machine.shelf === 'fleet') this.list.set(machine.id, machine);
      else this.list.delete(machine.id);
  }
}

type World = { tenant: string; token: string; browsers: Browser[]; machines: ReturnType<typeof newMachine>[] };
const STEPS: Record<string, (world: World, which: number) => Promise<unknown>> = {
  report: ({ token, machines }, which) => report(token, machines[which % machines.length]),
  archive: ({ tenant, machines }, which) =>
    asPerson(engineer, `/v1/tenants/${tenant}/machines/${machines[which % machines.length]?.id}/archive`, {}),
  merge: ({ tenant, machines }, which) =>
    asPerson(engineer, `/v1/tenants/${tenant}/machines/${machines[which % machines.length]?.id}/merge`, {
      into: machines[(which + 1) % machines.length]?.id,
    }),
  many: ({ tenant, machines }) =>
    change(tenant, [...machines.map((one) => one.id), ...Array.from({ length: 1_900 }, (_, index) => `none-${index}`)]),
  slow: async ({ browsers }, which) => {
    (browsers[which % browsers.length] as Browser).acks = false;
  },
  ack: async ({ browsers }, which) => {
    (browsers[which % browsers.length] as Browser).acks = true;
  },
  leave: async ({ browsers }, which) => browsers[which % browsers.length]?.disconnect(),
  come: ({ browsers }, which) => (browsers[which % browsers.length] as Browser).connect(),
  read: ({ browsers }, which) => (browsers[which % browsers.length] as Browser).settle(),
  hibernate: async ({ tenant }) => {
    // Only an object that is awake can be put to sleep.
    await objectOf(tenant).ping();
    await evictDurableObject(objectOf(tenant));
  },
};

it('ends with the list that the API gives, whatever reports, acks, disconnects and hibernations come between', async () => {
  const step = fc.record({ name: fc.constantFrom(...Object.keys(STEPS)), which: fc.nat(5), alone: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      const { id, token } = await seedTenant();
      const world: World = {
        tenant: id,
        token,
        browsers: [new Browser(id), new Browser(id)],
        machines: Array.from({ length: 4 }, newMachine),
      };
      await report(token, world.machines[0]);
      await Promise.all(world.browsers.map((browser) => browser.connect()));
      const running: Promise<unknown>[] = [];
      for (const { name, which, alone } of steps) {
        running.push(STEPS[name]?.(world, which) ?? Promise.resolve());
        // One sleep at a time.
        if (alone || name === 'hibernate') await Promise.all(running.splice(0));
      }
      await Promise.all(running);
      for (const browser of world.browsers) {
        await browser.connect();
        browser.acks = true;
      }
      const last = newMachine();
      await report(token, last);
      await until(async () => {
        for (const browser of world.browsers) {
          browser.acks = true;
          expect(await browser.settle()).toBe(true);
          expect([...browser.list.keys()]).toContain(last.id);
        }
      });
      const { machines } = (await asPerson<MachinePage>(engineer, `/v1/tenants/${id}/machines?limit=200`)).json;
      const expected = Object.fromEntries(machines.map((machine) => [machine.id, machine]));
      for (const browser of world.browsers) {
        expect(Object.fromEntries(browser.list)).toEqual(expected);
        browser.disconnect();
      }
    }),
    { numRuns: 12 },
  );
});
