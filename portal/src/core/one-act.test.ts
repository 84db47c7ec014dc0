import { LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { afterEach, describe, expect, it } from 'vitest';
import { clearSent } from './fields.ts';
import { OneAct } from './one-act.ts';

@customElement('one-act-host')
class Host extends LitElement {
  refreshed = 0;
  refresh: () => Promise<void> = async () => {
    this.refreshed += 1;
  };
  readonly acts = new OneAct(this, () => this.refresh());
}

/** Work that ends when it is told to. */
function work() {
  let begun = 0;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begin = (signal: AbortSignal): Promise<string> => {
    begun += 1;
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  };
  return { begin, begun: () => begun, end: resolve, fail: reject };
}

const open = (): Host => {
  const host = new Host();
  document.body.append(host);
  return host;
};

afterEach(() => document.body.replaceChildren());

describe('one act at a time', () => {
  it('begins once however often it is pressed in one turn, before anything is drawn', async () => {
    const { acts } = open();
    const { begin, begun, end } = work();
    const pressed = [acts.do(begin), acts.do(begin), acts.do(begin)];
    expect([begun(), acts.busy]).toEqual([1, true]);
    end('');
    await Promise.all(pressed);
    expect([begun(), acts.busy]).toEqual([1, false]);
  });

  it('keeps no press for later: the next one is a person’s', async () => {
    const { acts } = open();
    const [first, second] = [work(), work()];
    const one = acts.do(first.begin, 'first');
    void acts.do(second.begin, 'second');
    expect(acts.doing).toBe('first');
    first.end('');
    await one;
    expect(second.begun()).toBe(0);
    const two = acts.do(second.begin, 'second');
    expect([second.begun(), acts.doing]).toEqual([1, 'second']);
    second.end('');
    await two;
  });

  it('says what came of it and reads anew before another may begin, so that nobody acts on what is no longer so', async () => {
    const host = open();
    const reading = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    host.refresh = () => {
      begun.resolve();
      return reading.promise;
    };
    const { begin, end } = work();
    const done = host.acts.do(begin);
    end('Kept.');
    await begun.promise;
    expect([host.acts.said, host.acts.busy]).toEqual(['Kept.', true]);
    reading.resolve();
    await done;
    expect(host.acts.busy).toBe(false);
  });

  it('is free again after a failure, whether work fails later or at once, and keeps why until the next act', async () => {
    const { acts } = open();
    const fault = new Error('refused');
    await acts.do(() => Promise.reject<string>(fault));
    expect([acts.busy, acts.failure]).toEqual([false, fault]);
    await acts.do(() => {
      throw fault;
    });
    expect([acts.busy, acts.failure]).toEqual([false, fault]);
    await acts.do(async () => 'Kept.');
    expect([acts.failure, acts.said]).toEqual([null, 'Kept.']);
  });

  it('tells a failure to the form that asked for it, and the page what no form that is shown has asked for', async () => {
    const { acts } = open();
    const fault = new Error('refused');
    const said = () => [acts.failureOf('adding'), acts.failureBut('adding'), acts.failureBut(null)];
    await acts.do(() => Promise.reject<string>(fault), 'adding');
    expect(said()).toEqual([fault, null, fault]);
    acts.letFailurePass();
    expect(said()).toEqual([null, null, null]);
    await acts.do(() => Promise.reject<string>(fault));
    expect(said()).toEqual([null, fault, fault]);
  });

  it('works on until what it was told to stop has stopped, and that is no failure', async () => {
    const { acts } = open();
    const { begin } = work();
    const done = acts.do(begin);
    acts.stop();
    expect(acts.busy).toBe(true);
    await done;
    expect([acts.busy, acts.failure]).toEqual([false, null]);
  });

  it('tells whoever has left nothing of what was begun before, neither its end nor its failure', async () => {
    const host = open();
    const [left, next] = [work(), work()];
    const first = host.acts.do(() => left.begin(new AbortController().signal));
    host.acts.forget();
    const second = host.acts.do(next.begin, 'next');
    left.fail(new Error('of before'));
    await first;
    expect([host.acts.doing, host.acts.failure, host.refreshed]).toEqual(['next', null, 0]);
    next.end('Done.');
    await second;
    expect([host.acts.said, host.refreshed]).toEqual(['Done.', 1]);
  });

  it('has its signal aborted where its host goes away', async () => {
    const host = open();
    const { begin } = work();
    let signal: AbortSignal | undefined;
    const done = host.acts.do((its) => {
      signal = its;
      return begin(its);
    });
    host.remove();
    expect(signal?.aborted).toBe(true);
    await done;
    expect(host.refreshed).toBe(0);
  });
});

describe('a form whose act is done', () => {
  const form = (): HTMLFormElement => {
    const made = document.createElement('form');
    const field = document.createElement('input');
    field.name = 'email';
    const choice = document.createElement('select');
    choice.name = 'role';
    choice.append(new Option('engineer', 'engineer', true, true), new Option('admin', 'admin'));
    made.append(field, choice);
    return made;
  };
  const values = (made: HTMLFormElement) => Object.fromEntries(new FormData(made));
  const fill = (made: HTMLFormElement, email: string) => {
    (made.elements.namedItem('email') as HTMLInputElement).value = email;
  };

  it('is as at first where it still holds what was sent', () => {
    const made = form();
    fill(made, 'a@b.example');
    (made.elements.namedItem('role') as HTMLSelectElement).value = 'admin';
    expect(clearSent(made, new FormData(made))).toBe(true);
    expect(values(made)).toEqual({ email: '', role: 'engineer' });
  });

  it('keeps what has been typed since, and the choice that it was typed beside', () => {
    const made = form();
    fill(made, 'a@b.example');
    (made.elements.namedItem('role') as HTMLSelectElement).value = 'admin';
    const sent = new FormData(made);
    fill(made, 'c@d.example');
    expect(clearSent(made, sent)).toBe(false);
    expect(values(made)).toEqual({ email: 'c@d.example', role: 'admin' });
  });
});
