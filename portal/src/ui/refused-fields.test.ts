import { html, type LitElement } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../schema/default-settings.ts';
import { LIMITS } from '../../../schema/limit-table.ts';
import { ApiProblem } from '../api/http.ts';
import { machine } from '../fleet/fixtures.ts';
import type { KeyringChanges } from '../keyring/keyring-changes.ts';
import '../keyring/keyring-changes.ts';
import '../keyring/left-behind.ts';
import '../limits/limits-dialog.ts';
import '../machine/merge-dialog.ts';
import '../notices/webhook-form.ts';
import '../operator/new-tenant.ts';
import '../people/person-form.ts';
import '../secrets/hand-dialog.ts';
import '../secrets/reveal-form.ts';
import '../settings/events-kept.ts';
import '../settings/lock-after.ts';
import '../settings/reveal-settings.ts';
import '../tokens/aside-dialog.ts';
import '../tokens/token-form.ts';
import './confirm-dialog.ts';

type Form = LitElement & { failure: unknown };
type Row = {
  props?: object;
  /** What it may be refused, and the field that is to say so. */
  fields: readonly (readonly [said: string, field: string])[];
  /** Opens it, or sends it once. */
  before?: (element: Form) => void;
  fail?: (element: Form, failure: unknown) => Promise<void> | void;
};

const WHY = 'will not do, says the server';
const settings = {
  ...DEFAULT_SETTINGS,
  ticketPattern: 'INC-#####',
  rotateAfterRevealMs: 3_600_000,
  eventsKeptDays: 400,
};
const ofSettings = { settings, editable: true };
const item = { id: 's', kind: 'other', ref: { label: 's' }, machine: 'm', version: { version: 1 } };
const limits = Object.fromEntries(Object.entries(LIMITS).map(([name, limit]) => [name, limit.default]));
const click = (selector: string) => (element: Form) =>
  element.renderRoot.querySelectorAll<HTMLElement>(selector).forEach((one) => {
    one.click();
  });

/** Every form of the portal whose fields are sent, by the file that has it. */
const FORMS: Record<string, Row> = {
  'ui/confirm-dialog': {
    props: {
      heading: 'Suspend Acme?',
      words: html`<label for="reason">Why?</label><input id="reason" name="reason" />`,
    },
    fields: [['body.reason', '#reason']],
  },
  'notices/webhook-form': {
    fields: [
      ['body.url', '#url'],
      ['body.label', '#label'],
      ['body.receiver', '#receiver'],
      ['body.kinds.0', 'fieldset'],
    ],
  },
  'people/person-form': {
    fields: [
      ['body.email', '#email'],
      ['body.role', '#role'],
      ['already_member', '#email'],
    ],
  },
  'tokens/token-form': {
    fields: [
      ['body.label', '#label'],
      ['body.expiresAt', '#life'],
    ],
  },
  'tokens/aside-dialog': {
    props: { token: { id: 't', label: 'Sticks' }, brought: { runs: 0, versions: 0, machines: 0, done: true } },
    before: click('label:last-of-type > input[type=radio]'),
    fields: [['query.since', '#since']],
  },
  'operator/new-tenant': {
    fields: [
      ['body.name', '#name'],
      ['body.firstAdmin', '#admin'],
    ],
  },
  'limits/limits-dialog': {
    props: { name: 'Acme', operated: { limits, used: {} } },
    fields: [['body.storageBytes', '#value']],
  },
  'machine/merge-dialog': {
    props: { machine: { ...machine('a'), marks: [] } },
    fields: [['unknown_machine', '#find']],
  },
  'secrets/hand-dialog': { props: { machine: 'PC-1' }, fields: [['body.ref.account', '#account']] },
  'secrets/reveal-form': {
    fields: [['body.reason', '#reason']],
    // It says it by itself: the dialog has already gone on to the plaintext, and comes back.
    fail: (element, failure) => {
      Object.assign(element, { fault: failure instanceof Error ? failure.message : '' });
    },
  },
  'settings/reveal-settings': {
    props: ofSettings,
    fields: [
      ['body.ticketPattern', '#pattern'],
      ['body.revealBudget', '#perMinute'],
      ['body.revealBudget.perDay', '#perDay'],
      ['body.rotateAfterRevealMs', '#hours'],
    ],
  },
  'settings/lock-after': { props: ofSettings, fields: [['body.lockAfterMinutes', '#minutes']] },
  'settings/events-kept': { props: ofSettings, fields: [['body.eventsKeptDays', '#days']] },
  'keyring/left-behind': {
    props: { items: [{ item, why: 'does not open' }] },
    before: (element) => {
      const field = element.renderRoot.querySelector('input');
      if (field) field.value = 'lost';
      click('button[value=restore]')(element);
    },
    fields: [['body.reason', 'input[name=reason]']],
  },
  'keyring/keyring-changes': {
    props: { changes: [{ change: 'c', version: 2, from: 1, by: 'noor', until: 1, replaces: true, waitsFor: null }] },
    before: click('li button'),
    fields: [['body.reason', 'input[name=reason]']],
    fail: (element, failure) =>
      (element as unknown as KeyringChanges).undoing.do(async () => {
        if (failure) throw failure;
      }),
  },
};

/** Forms of which no server is told what was typed, and those that look for something. */
const OTHERS = [
  'audit/audit-filters',
  'fleet/search-page',
  'keyring/new-passphrase',
  'keyring/new-unlocker',
  'keyring/recovery-sheets',
  'keyring/recovery-size',
  'secrets/secret-filter',
  'unlock/unlock-dialog',
];

const refusal = (said: string): ApiProblem =>
  said.includes('.')
    ? new ApiProblem('invalid_body', WHY, 'r1', undefined, [{ field: said, message: WHY }])
    : new ApiProblem(said, WHY);

async function show(file: string, { props = {}, before }: Row): Promise<Form> {
  const element = Object.assign(document.createElement(file.split('/').at(-1) ?? '') as Form, props);
  document.body.append(element);
  await element.updateComplete;
  before?.(element);
  await element.updateComplete;
  return element;
}

async function fail(element: Form, failure: unknown, row: Row): Promise<void> {
  if (row.fail) await row.fail(element, failure);
  else element.failure = failure;
  await element.updateComplete;
}

const said = (element: Form, field: Element): string[] =>
  (field.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => element.renderRoot.querySelector(`[id="${id}"]`)?.textContent?.trim() ?? '');
const notes = (element: Form) => [...element.renderRoot.querySelectorAll('problem-note')].filter((one) => one.error);

afterEach(() => document.body.replaceChildren());

const rows = Object.entries(FORMS).flatMap(([file, row]) =>
  row.fields.map(([of, field]) => [file, of, field, row] as const),
);

it.each(rows)('%s says why %s will not do at its field, and the cursor is there', async (file, of, selector, row) => {
  const element = await show(file, row);
  const field = element.renderRoot.querySelector(selector) as HTMLElement;
  const before = field.getAttribute('aria-describedby');
  await fail(element, refusal(of), row);
  expect(said(element, field).some((words) => words.includes(WHY))).toBe(true);
  const group = field.localName === 'fieldset';
  expect(field.getAttribute('aria-invalid')).toBe(group ? null : 'true');
  const focused = (element.renderRoot as ShadowRoot).activeElement;
  expect(group ? field.contains(focused) : focused === field).toBe(true);
  expect(notes(element)).toEqual([]);
  await fail(element, null, row);
  expect([field.getAttribute('aria-invalid'), field.getAttribute('aria-describedby')]).toEqual([null, before]);
  expect(element.renderRoot.textContent).not.toContain(WHY);
});

const own = Object.entries(FORMS).filter(([file]) => file !== 'secrets/reveal-form');
it.each(own)('%s says above the form what is about none of its fields', async (file, row) => {
  const element = await show(file, row);
  await fail(element, new ApiProblem('tenant_unreachable', 'Later.'), row);
  const shown = notes(element);
  const [note] = shown;
  const form = element.renderRoot.querySelector('form') as HTMLFormElement;
  expect(shown.map(({ error }) => (error as Error).message)).toEqual(['Later.']);
  expect(element.renderRoot.querySelector('[aria-invalid]')).toBeNull();
  const isBefore = note ? form.compareDocumentPosition(note) & Node.DOCUMENT_POSITION_PRECEDING : 0;
  expect(isBefore > 0 || note?.closest('[data-refused]') !== null).toBe(true);
});

describe('a refusal of several things', () => {
  it('is said at each field once, with the cursor at the first, and above them what has no field', async () => {
    const element = await show('notices/webhook-form', FORMS['notices/webhook-form'] as Row);
    const errors = ['url', 'label', 'secret'].map((name) => ({ field: `body.${name}`, message: `${name} is wrong` }));
    element.failure = new ApiProblem('invalid_body', 'All of it.', null, undefined, errors);
    await element.updateComplete;
    const wrong = [...element.renderRoot.querySelectorAll('.wrong')].map((one) => one.textContent?.trim());
    expect(wrong).toEqual(['This label is wrong.', 'This url is wrong.']);
    expect((element.renderRoot as ShadowRoot).activeElement?.id).toBe('label');
    expect(notes(element).map(({ error }) => (error as Error).message)).toEqual(['Secret: secret is wrong.']);
  });
});

it('no form of the portal is without a row', () => {
  const sources = import.meta.glob<string>(['../**/*.ts', '!../**/*.test.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const forms = Object.entries(sources).flatMap(([file, source]) =>
    source.includes('<form')
      ? [
          file
            .replace(/^\.\.\//, '')
            .replace(/^\.\//, 'ui/')
            .replace(/\.ts$/, ''),
        ]
      : [],
  );
  expect(forms.toSorted()).toEqual([...Object.keys(FORMS), ...OTHERS].toSorted());
});

it('says at the field what the browser would say in a bubble, until the field is right', async () => {
  const element = await show('people/person-form', FORMS['people/person-form'] as Row);
  await fail(element, refusal('already_member'), FORMS['people/person-form'] as Row);
  const field = element.renderRoot.querySelector('#email') as HTMLInputElement;
  const wrongs = () => [...element.renderRoot.querySelectorAll('.wrong')].map((one) => one.textContent?.trim());
  field.form?.requestSubmit();
  expect(wrongs()).toEqual([field.validationMessage]);
  expect([field.getAttribute('aria-invalid'), (element.renderRoot as ShadowRoot).activeElement]).toEqual([
    'true',
    field,
  ]);
  const kept = field.dispatchEvent(new Event('invalid', { cancelable: true }));
  expect([kept, wrongs().length]).toEqual([false, 1]);
  field.value = 'ada@example.com';
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  expect([wrongs(), field.getAttribute('aria-invalid')]).toEqual([[], null]);
});
