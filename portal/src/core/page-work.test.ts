import { LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Membership } from '../../../schema/person.ts';
import { until } from '../../../test/support/until.ts';
import { SESSION_RESTORED } from '../api/http.ts';
import { PageWork, partOf } from './page-work.ts';

const member = (role: Membership['role']): Membership => ({ tenant: 'acme', name: 'Acme', role, status: 'active' });

@customElement('page-work-host')
class Host extends LitElement {
  @property({ attribute: false }) membership = member('admin');
  held = false;
  /** One for each look, answered by the test. */
  readonly looks: PromiseWithResolvers<string>[] = [];
  readonly work = new PageWork<string>(this, { load: () => this.#load(), held: () => this.held });

  #load(): Promise<string> | null {
    if (this.membership.role === 'engineer') return null;
    const look = Promise.withResolvers<string>();
    this.looks.push(look);
    return look.promise;
  }
}

async function open(): Promise<Host> {
  const host = new Host();
  document.body.append(host);
  await host.updateComplete;
  return host;
}

async function read(host: Host, what: string): Promise<void> {
  host.looks.at(-1)?.resolve(what);
  await until(() => expect(host.work.loaded).toBe(what));
}

const restore = () => window.dispatchEvent(new CustomEvent(SESSION_RESTORED));

afterEach(() => document.body.replaceChildren());

describe('what a page shows', () => {
  it('is read once at first, and once more when its person’s role has changed', async () => {
    const host = await open();
    await read(host, 'first');
    host.requestUpdate();
    await host.updateComplete;
    expect(host.looks).toHaveLength(1);
    host.membership = member('auditor');
    await host.updateComplete;
    expect(host.looks).toHaveLength(2);
  });

  it('is not asked for by a role that may not read it, until that role is raised', async () => {
    const host = new Host();
    host.membership = member('engineer');
    document.body.append(host);
    await host.updateComplete;
    expect([host.looks.length, host.work.looking]).toEqual([0, false]);
    host.membership = member('admin');
    await host.updateComplete;
    expect(host.looks).toHaveLength(1);
  });

  it('stays where reading fails, beside why, and the next look takes that away', async () => {
    const host = await open();
    await read(host, 'first');
    const fault = new Error('the line');
    const again = host.work.now();
    host.looks.at(-1)?.reject(fault);
    await again;
    expect([host.work.loaded, host.work.unreachable, host.work.looking]).toEqual(['first', fault, false]);
    void host.work.now();
    await read(host, 'second');
    expect(host.work.unreachable).toBeNull();
  });

  it('is what was asked for last: an answer of before an act is not put over it, and whoever waited for that one waits for this', async () => {
    const host = await open();
    const [before] = host.looks;
    const ends: string[] = [];
    const one = host.work.now().then(() => ends.push('one'));
    const two = host.work.now().then(() => ends.push('two'));
    before?.resolve('before');
    host.looks[1]?.resolve('between');
    await host.looks[1]?.promise;
    expect([host.work.loaded, host.work.looking, ends]).toEqual([null, true, []]);
    host.looks[2]?.resolve('last');
    await Promise.all([one, two]);
    expect(host.work.loaded).toBe('last');
  });

  it('is read anew once somebody has signed in again, but not while something is being typed', async () => {
    const host = await open();
    await read(host, 'first');
    host.held = true;
    restore();
    expect(host.looks).toHaveLength(1);
    host.held = false;
    restore();
    expect(host.looks).toHaveLength(2);
    host.remove();
    restore();
    expect(host.looks).toHaveLength(2);
  });

  it('is read after an act, which is not over before that is shown', async () => {
    const host = await open();
    await read(host, 'first');
    const done = host.work.do(async () => 'Kept.');
    await until(() => expect(host.looks).toHaveLength(2));
    expect([host.work.said, host.work.busy, host.work.loaded]).toEqual(['Kept.', true, 'first']);
    await read(host, 'second');
    await done;
    expect(host.work.busy).toBe(false);
  });
});

describe('a part that comes after the rest of a page', () => {
  it('is what came; where it fails, what was read of it before, beside why, so that the rest is shown all the same', async () => {
    const came = await partOf(Promise.resolve(['one']), null);
    expect(came).toEqual({ value: ['one'], failure: null });
    const fault = new Error('the line');
    expect(await partOf(Promise.reject(fault), came)).toEqual({ value: ['one'], failure: fault });
    expect(await partOf(Promise.reject(fault), null)).toEqual({ value: null, failure: fault });
  });
});
