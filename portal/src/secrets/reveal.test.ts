import type { LitElement } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ListedVersion, Secret } from '../../../schema/secret.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { readRecoveryPassword } from '../../vault/bitlocker.ts';
import { Countdown } from '../core/countdown.ts';
import type { Shown } from '../unlock/opening.ts';
import type { RevealDialog } from './reveal-dialog.ts';
import './reveal-dialog.ts';
import { ticketOf } from './last-ticket.ts';
import type { ReasonGiven, RevealForm } from './reveal-form.ts';
import type { SecretText } from './secret-text.ts';
import { spelled } from './spelling.ts';
import type { VersionChoice } from './version-choice.ts';

afterEach(() => document.body.replaceChildren());

describe('spelling for the telephone', () => {
  it('announces capitals, says digits in words and names signs', () => {
    expect(spelled('aB7-_ é')).toEqual([
      'alfa',
      'CAPITAL Bravo',
      'seven',
      'dash',
      'underscore',
      'space',
      'letter é (U+00E9)',
    ]);
  });

  it('has a word for every character that a keyboard can type, each another, so that none is mistaken', () => {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const words = ascii.flatMap(spelled);
    expect(words.filter((word) => word === '' || word.includes('U+'))).toEqual([]);
    expect(new Set(words).size).toBe(ascii.length);
  });
});

describe('a plaintext', () => {
  const show = async (plaintext: string, bitlocker = false): Promise<SecretText> => {
    const element = document.createElement('secret-text') as SecretText;
    const read = bitlocker ? readRecoveryPassword(plaintext) : null;
    element.opened = { plaintext, bound: true, sealedAt: null, pc: null, bitlocker: read };
    document.body.append(element);
    await element.updateComplete;
    return element;
  };

  it('tells kinds of character apart by more than colour, and is read as characters', async () => {
    const element = await show('aB7! ');
    const characters = [...element.renderRoot.querySelectorAll('.plain .block > span')].map((one) => one.className);
    expect(characters).toEqual(['lower', 'upper', 'digit', 'sign', 'sign']);
    const style = (kind: string) => getComputedStyle(element.renderRoot.querySelector(`.plain .${kind}`) as Element);
    expect(style('digit').textDecorationLine).toBe('underline');
    expect(Number(style('upper').fontWeight)).toBeGreaterThan(Number(style('lower').fontWeight));
    expect(style('sign').outlineStyle).toBe('solid');
    const read = element.renderRoot.querySelector('.plain [role=img]')?.getAttribute('aria-label');
    expect(read).toBe('alfa, CAPITAL Bravo, seven, exclamation mark, space');
  });

  it('stands in the order in which it is typed, also where its letters run from right to left, and shows what is not seen', async () => {
    const element = await show('aאב1\u202ez');
    const spans = [...element.renderRoot.querySelectorAll<HTMLElement>('.plain .block > span')];
    const lefts = spans.map((span) => span.getBoundingClientRect().left);
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
    expect(new Set(lefts).size).toBe(6);
    expect(spans.map((span) => span.textContent)).toEqual(['a', 'א', 'ב', '1', '⟨U+202E⟩', 'z']);
    expect(spelled('א\u202e')).toEqual(['letter \u2068א\u2069 (U+05D0)', 'sign (U+202E)']);
  });

  it('is shown as it is, whatever a page makes of its characters: entities, tags, several spaces', async () => {
    for (const plaintext of ['iuSF9&{s-0', 'a&amp;b&sol;c', '<b>x</b>"\'', 'two  spaces', '%20+%00']) {
      const element = await show(plaintext);
      const spans = [...element.renderRoot.querySelectorAll<HTMLElement>('.plain .block > span')];
      expect(spans.map((span) => span.textContent).join('')).toBe(plaintext);
      for (const span of spans) expect(span.getBoundingClientRect().width).toBeGreaterThan(0);
      element.remove();
    }
  });

  it('says that white space is at an end of it, because nobody sees a line end that a file or a script has left', async () => {
    const said = async (plaintext: string) =>
      (await show(plaintext)).renderRoot.querySelector('.note.warn')?.textContent;
    expect(await said('secret\r\n')).toBe('White space is part of it, at its end: carriage return, new line.');
    expect(await said(' secret\u00a0')).toBe(
      'White space is part of it, at its beginning: space; at its end: sign \u00a0 (U+00A0).',
    );
    expect(await said('a secret')).toBeUndefined();
  });

  it('names the groups of a recovery password that fail, in words and by a mark', async () => {
    const element = await show('000011-000022-720886-111111-222222-333333-444444-999999', true);
    const marks = [...element.renderRoot.querySelectorAll('.groups li')].map(({ className }) => className);
    expect(marks).toEqual(['holds', 'holds', 'fails', 'holds', 'holds', 'holds', 'holds', 'fails']);
    expect(element.renderRoot.querySelector('[role=alert]')?.textContent?.replaceAll(/\s+/g, ' ')).toContain(
      'Groups 3 and 8 fail their checksum',
    );
  });

  it('numbers its groups, four a row where there is room and two on a phone, and spells each at its place: two people read in one order', async () => {
    const element = await show('000011-000022-720885-111111-222222-333333-444444-555555', true);
    const groups = () => [...element.renderRoot.querySelectorAll<HTMLElement>('.groups li')];
    expect(groups().map((one) => one.querySelector('.number')?.textContent)).toEqual([...'12345678']);
    const rows = () => new Set(groups().map((one) => one.getBoundingClientRect().top)).size;
    expect(rows()).toBe(4);
    await page.viewport(1280, 860);
    expect(rows()).toBe(2);
    const six = groups()[0]?.querySelector('.six') as Element;
    expect(Number.parseFloat(getComputedStyle(six).fontSize)).toBeGreaterThanOrEqual(24);
    element.spelling = true;
    await element.updateComplete;
    expect(groups().map((one) => one.querySelector('.six')?.textContent)[2]).toBe('720885');
    expect(groups()[2]?.querySelector('.words')?.textContent).toBe('seven two zero eight eight five');
    const tops = groups().map((one) => one.getBoundingClientRect().top);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    await page.viewport(414, 896);
  });

  it('numbers each character that it spells, and shows it beside its word', async () => {
    const element = await show('aB7');
    element.spelling = true;
    await element.updateComplete;
    const lines = [...element.renderRoot.querySelectorAll<HTMLElement>('.spelled li')].map((one) =>
      one.textContent?.trim().split(/\s+/).join(' '),
    );
    expect(lines).toEqual(['1 a alfa', '2 B CAPITAL Bravo', '3 7 seven']);
    expect(element.renderRoot.querySelector('.plain')).toBeNull();
  });
});

describe('the countdown', () => {
  it('goes by the clock: it says what is left, gives more when asked, and ends once, also after a sleep', () => {
    let now = 0;
    let over = 0;
    const host = {
      addController() {},
      removeController() {},
      requestUpdate() {},
      updateComplete: Promise.resolve(true),
    };
    const countdown = new Countdown(
      host,
      () => over++,
      () => now,
    );
    countdown.start(30);
    now = 20_000;
    countdown.look();
    expect(countdown.secondsLeft).toBe(10);
    countdown.extend(30);
    expect(countdown.secondsLeft).toBe(40);
    now = 59_999;
    countdown.look();
    expect([countdown.secondsLeft, over]).toEqual([1, 0]);
    now = 3_600_000;
    countdown.look();
    countdown.look();
    expect(over).toBe(1);
  });
});

it('a countdown is given no time by a clock that is set back, because what is shown would be seen by whoever comes next', () => {
  let [now, over] = [3_600_000, 0];
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const countdown = new Countdown(
    host,
    () => over++,
    () => now,
  );
  countdown.start(30);
  now += 10_000;
  countdown.look();
  now -= 3_600_000;
  countdown.look();
  expect(countdown.secondsLeft).toBe(20);
  now += 20_000;
  countdown.look();
  expect([countdown.secondsLeft, over]).toEqual([0, 1]);
});

const unlockerOf = (one: Pick<ManifestUnlocker, 'id' | 'owner' | 'kind'>): ManifestUnlocker => ({
  label: one.id,
  jwk: { kty: 'EC', crv: 'P-256', x: '', y: '' },
  rights: ['reveal'],
  createdAt: 0,
  ...one,
});

describe('the dialog', () => {
  const secret: Secret = {
    id: 's',
    machine: 'm',
    kind: 'local_admin_password',
    ref: { account: 'Administrator' },
    lastRevealedAt: null,
    lastRevealedBy: null,
    rotateDueAt: null,
    rotated: null,
    goneAt: null,
    inForceAt: null,
    offered: [],
    moreOffered: false,
    count: 1,
    versions: [],
  };
  const open = async (): Promise<RevealDialog> => {
    const element = document.createElement('reveal-dialog') as RevealDialog;
    element.secret = secret;
    element.version = {
      version: 1,
      kid: 'k',
      format: 'jwe',
      bound: true,
      run: null,
      by: null,
      uploadedBy: null,
      eid: 'e',
      escrowedAt: 0,
      sha256: '',
      unopenable: false,
      verifiedAt: null,
      finding: null,
      order: null,
      sealedAt: 0,
      hostname: null,
      counts: true,
    };
    element.lastTicket = 'INC-00042';
    document.body.append(element);
    await element.updateComplete;
    return element;
  };

  it('offers the ticket of the reveal before and fills nothing in by itself', async () => {
    const element = await open();
    const form = element.renderRoot.querySelector<RevealForm>('reveal-form');
    await form?.updateComplete;
    const field = form?.renderRoot.querySelector('input') as HTMLInputElement;
    expect(field.value).toBe('');
    expect(form?.shadowRoot?.activeElement).toBe(field);
    field.value = 'blue screen';
    form?.renderRoot.querySelector<HTMLButtonElement>('button.again')?.click();
    expect(field.value).toBe('INC-00042 blue screen');
  });

  it('names client, machine and serial number before anything is shown, because a key is read out on the telephone', async () => {
    const element = await open();
    Object.assign(element, {
      machine: 'PC-01',
      pc: { hostname: 'PC-01', client: 'Harbour Dental', serial: '5CD1' },
    });
    await element.updateComplete;
    expect(element.renderRoot.textContent?.replaceAll(/\s+/g, ' ')).toMatch(/Harbour Dental · PC-01 Serial 5CD1/);
  });

  it('offers what else the PC may have, each with instant, run, host name and the way it came', async () => {
    const element = await open();
    const version = element.version as ListedVersion;
    const [known, carried] = [
      { ...version, run: 'aaaabbbb-1', hostname: 'DESKTOP-1' },
      { ...version, version: 2, sealedAt: null, uploadedBy: 'e@example.com', counts: false },
    ];
    Object.assign(element, { choices: [known, carried].map((one) => ({ secret, version: one })) });
    await element.updateComplete;
    const choice = element.renderRoot.querySelector('version-choice') as VersionChoice;
    await choice.updateComplete;
    const labels = [...choice.renderRoot.querySelectorAll('label')].map((one) => one.innerText.replaceAll(/\s+/g, ' '));
    expect(labels[0]).toMatch(/^Version 1 sealed .*, run aaaabbbb, as DESKTOP-1, sent by its engine$/);
    expect(labels[1]).toMatch(
      /^Version 2, not confirmed nobody can say when it was sealed; received .*, no run, host name unknown, in a file uploaded by e@example.com$/,
    );
    const chosen = new Promise<Event>((done) => element.addEventListener('version-chosen', done));
    choice.renderRoot.querySelectorAll('input')[1]?.click();
    expect(((await chosen) as CustomEvent).detail).toMatchObject({ version: { version: 2 } });
  });

  const ADA = 'ada@example.com';
  const unlockers: ManifestUnlocker[] = [
    unlockerOf({ id: 'own', owner: ADA, kind: 'passphrase' }),
    unlockerOf({ id: 'team', owner: null, kind: 'passphrase' }),
  ];
  const shownOf = (more: Partial<Shown> = {}): Shown => ({
    unlockers,
    halves: [],
    why: '',
    minutes: 15,
    fault: '',
    succession: null,
    line: null,
    ...more,
  });
  const formOf = async (more: Partial<RevealDialog>): Promise<[RevealForm, HTMLInputElement, RevealDialog]> => {
    const element = Object.assign(await open(), more);
    await element.updateComplete;
    const form = element.renderRoot.querySelector('reveal-form') as RevealForm;
    await form.updateComplete;
    return [form, form.renderRoot.querySelector('#reason') as HTMLInputElement, element];
  };
  const submit = async (form: RevealForm): Promise<void> => {
    form.renderRoot.querySelector('form')?.requestSubmit();
    await form.updateComplete;
  };
  const secretField = (form: RevealForm) => form.renderRoot.querySelector<HTMLInputElement>('.secret');

  it('checks the ticket before anything is unlocked, because the server would turn the reason down after it', async () => {
    const [form, reason] = await formOf({ locked: true, unlock: shownOf(), ticket: 'INC-#####' });
    let given = 0;
    form.addEventListener('reason-given', () => given++);
    reason.value = 'blue screen';
    await submit(form);
    expect(form.renderRoot.querySelector('[role=alert]')?.textContent).toContain('begin with a ticket like INC-#####');
    expect(form.shadowRoot?.activeElement).toBe(reason);
    expect(given).toBe(0);
  });

  it('leads from the reason on to the passphrase, and takes both at once: no second dialog', async () => {
    const [form, reason, dialog] = await formOf({ locked: true, unlock: shownOf() });
    reason.value = 'blue screen';
    reason.focus();
    await submit(form);
    const field = secretField(form) as HTMLInputElement;
    expect(form.shadowRoot?.activeElement).toBe(field);
    field.value = 'horse battery';
    const wanted = new Promise<Event>((done) => dialog.addEventListener('reason-given', done));
    await submit(form);
    expect(((await wanted) as ReasonGiven).detail).toEqual({
      reason: 'blue screen',
      proof: { unlocker: 'own', secret: 'horse battery', orOf: ['team'] },
    });
  });

  it('leads by Tab from the reason to the passphrase, though a ticket is offered: a typed space would press that, and the rest go on record', async () => {
    const [form, reason] = await formOf({ locked: true, unlock: shownOf(), lastTicket: 'INC-00042' });
    reason.value = 'INC-00043 blue screen';
    reason.focus();
    await userEvent.keyboard('{Tab}correct horse battery staple');
    expect([reason.value, secretField(form)?.value]).toEqual(['INC-00043 blue screen', 'correct horse battery staple']);
  });

  it('takes three control keys with the ticket of before: back to it, press it, send', async () => {
    const [form, reason, dialog] = await formOf({ lastTicket: 'INC-00042' });
    const wanted = new Promise<Event>((done) => dialog.addEventListener('reason-given', done));
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}{Enter}the same{Enter}');
    expect(((await wanted) as ReasonGiven).detail.reason).toBe('INC-00042 the same');
    expect(form.shadowRoot?.activeElement).toBe(reason);
  });

  it.each([
    ['whole', 'Correct-horse battery staple'],
    ['the rest of it, its first word lost', 'INC-00042 horse battery staple'],
  ])('refuses a reason that has the passphrase in it (%s), before anything is opened or sent', async (_, text) => {
    const [form, reason] = await formOf({ locked: true, unlock: shownOf() });
    let given = 0;
    form.addEventListener('reason-given', () => given++);
    reason.value = text;
    (secretField(form) as HTMLInputElement).value = 'correct horse battery staple';
    await submit(form);
    expect(form.renderRoot.querySelector('[role=alert]')?.textContent).toContain('is in the reason');
    expect([form.shadowRoot?.activeElement, given]).toEqual([reason, 0]);
    reason.value = 'INC-00042 the battery of his horse';
    await submit(form);
    expect(given).toBe(1);
  });

  it('takes nothing more into the reason once the way to unlock is waited for, because the passphrase is what comes next', async () => {
    const [form, reason, dialog] = await formOf({ locked: true, unlock: null });
    reason.value = 'blue screen';
    await userEvent.keyboard('{Enter}horse');
    expect(reason.value).toBe('blue screen');
    Object.assign(dialog, { unlock: shownOf() });
    await dialog.updateComplete;
    await form.updateComplete;
    expect(form.shadowRoot?.activeElement).toBe(secretField(form));
  });

  it('begins with a passkey where there is one, and with what was used last in this browser after that', async () => {
    const withKey = [...unlockers, unlockerOf({ id: 'key', owner: ADA, kind: 'passkey' })];
    const chosen = async (last: string | null) => {
      const [form, , dialog] = await formOf({ locked: true, unlock: shownOf({ unlockers: withKey, last }) });
      const words = form.renderRoot.querySelector('.ways label:has(:checked)')?.textContent?.trim();
      dialog.remove();
      return words;
    };
    expect(await chosen(null)).toBe('Passkey');
    expect(await chosen('team')).toBe('My or the team passphrase');
  });

  it('shows what is typed on demand, and keeps it', async () => {
    const [form] = await formOf({ locked: true, unlock: shownOf() });
    const field = secretField(form) as HTMLInputElement;
    field.value = 'horse';
    form.renderRoot.querySelector<HTMLElement>('.shown button')?.click();
    await form.updateComplete;
    expect([field.type, field.value]).toEqual(['text', 'horse']);
  });

  it('says when the team passphrase was last set and by whom, before a wrong try and after it', async () => {
    const since = { team: { at: Date.now(), by: 'boss@example.com' } };
    const said = (form: RevealForm) => form.renderRoot.querySelector('.unlock')?.textContent?.replaceAll(/\s+/g, ' ');
    const [form, , dialog] = await formOf({ locked: true, unlock: shownOf({ since }) });
    expect(said(form)).toMatch(/The team passphrase was last set today .* by .*boss@example.com/);
    Object.assign(dialog, { unlock: shownOf({ since, fault: 'That is not the passphrase.' }) });
    await dialog.updateComplete;
    await form.updateComplete;
    expect(said(form)).toMatch(/That is not the passphrase. The team passphrase was last set .* ask them/);
  });

  it('says which version it is, when it was sealed and who revealed it last', async () => {
    const element = Object.assign(await open(), {
      secret: { ...secret, lastRevealedAt: 1, lastRevealedBy: 'eve@example.com', inForceAt: 1 },
    });
    await element.updateComplete;
    const said = element.renderRoot.textContent?.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/Version 1, in force · sealed/);
    expect(said).toMatch(/Last revealed .* by eve@example.com/);
  });

  it('says once when it was sealed: before it is opened as the server has it, then as its own header says', async () => {
    const element = await open();
    const sealed = async () => {
      await element.updateComplete;
      const header = element.renderRoot.querySelector<LitElement>('sealed-as');
      await header?.updateComplete;
      const said = `${element.renderRoot.textContent} ${header?.renderRoot.textContent ?? ''}`;
      return said.match(/sealed/gi)?.length ?? 0;
    };
    expect(await sealed()).toBe(1);
    const opened = { plaintext: 'aB7', bound: true, sealedAt: 1, pc: null, bitlocker: null };
    element.progress = { step: 'shown', opened, auditSeq: 1 };
    expect(await sealed()).toBe(1);
    element.progress = { step: 'shown', opened: { ...opened, sealedAt: null }, auditSeq: 1 };
    expect(await sealed()).toBe(1);
  });

  it('leaves its buttons where they are while it spells, because the next press is for one of them', async () => {
    await page.viewport(1280, 860);
    const element = await open();
    const opened = { plaintext: 'aB7xK2mQ9pLw4Zt6Rv8Y', bound: true, sealedAt: 1, pc: null, bitlocker: null };
    element.progress = { step: 'shown', opened, auditSeq: 1 };
    await element.updateComplete;
    const [spell, keep] = ['[aria-pressed]', '.actions .primary'].map(
      (of) => element.renderRoot.querySelector(of) as HTMLButtonElement,
    );
    const at = async () => {
      await element.updateComplete;
      await element.renderRoot.querySelector<LitElement>('secret-text')?.updateComplete;
      return Math.round(keep?.getBoundingClientRect().top ?? 0);
    };
    // It rises as it opens.
    for (const one of element.renderRoot.querySelector('dialog')?.getAnimations() ?? []) one.finish();
    const before = await at();
    spell?.click();
    expect(await at()).toBe(before);
    expect(spell?.ariaPressed).toBe('true');
    spell?.click();
    expect(await at()).toBe(before);
    await page.viewport(414, 896);
  });

  it('gives the focus back to what opened it', async () => {
    const opener = document.createElement('button');
    document.body.append(opener);
    opener.focus();
    const element = await open();
    element.addEventListener('closed', () => element.remove());
    const closed = new Promise((done) => element.addEventListener('closed', done));
    element.renderRoot.querySelector('dialog')?.close();
    await closed;
    await Promise.resolve();
    expect(document.activeElement).toBe(opener);
  });
});

it('a ticket is what a reason begins with, and prose is none', () => {
  expect(ticketOf('INC-00042 blue screen', null)).toBe('INC-00042');
  expect(ticketOf('#4711: locked out', null)).toBe('#4711');
  expect(ticketOf('Blue screen at the front desk', null)).toBe(null);
  expect(ticketOf('case/ab12 locked', 'case/*')).toBe('case/ab12');
});
