// Text that is typed while an act works, or while the shown data is read anew, is still there afterwards, where it was
// typed.
import type { LitElement } from 'lit';
import { afterEach, expect, it } from 'vitest';
import type { TenantCreated } from '../../../schema/operator.ts';
import type { Revealed } from '../../../schema/secret.ts';
import type { Settings } from '../../../schema/settings.ts';
import type { LeftBehindList } from '../keyring/left-behind.ts';
import '../keyring/left-behind.ts';
import type { NewPassphrase } from '../keyring/new-passphrase.ts';
import '../keyring/new-passphrase.ts';
import type { NewTenant } from '../operator/new-tenant.ts';
import '../operator/new-tenant.ts';
import type { RevealForm } from '../secrets/reveal-form.ts';
import '../secrets/reveal-form.ts';
import type { RevealSettings, SettingsGiven } from '../settings/reveal-settings.ts';
import '../settings/reveal-settings.ts';
import type { TokenForm } from '../tokens/token-form.ts';
import '../tokens/token-form.ts';

async function show<E extends LitElement>(name: string, properties: Partial<E>): Promise<E> {
  const element = Object.assign(document.createElement(name) as E, properties);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

const field = (element: LitElement, selector: string): HTMLInputElement =>
  element.renderRoot.querySelector(selector) as HTMLInputElement;

function type(element: LitElement, selector: string, text: string): void {
  const input = field(element, selector);
  input.value = text;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const submit = (element: LitElement): void => element.renderRoot.querySelector('form')?.requestSubmit();

afterEach(() => document.body.replaceChildren());

const SETTINGS: Settings = {
  allowRawRsaOaep: false,
  ticketPattern: null,
  rotateAfterRevealMs: 86_400_000,
  eventsKeptDays: 400,
  lockAfterMinutes: 15,
  revealBudget: { perMinute: 20, perHour: 100, perDay: 300 },
};

it('keeps what is being changed of the settings when they are read anew, and shows what somebody else has changed', async () => {
  const element = await show<RevealSettings>('reveal-settings', { settings: SETTINGS, editable: true });
  field(element, 'input[type=radio][name=reason]:not(:checked)').click();
  await element.updateComplete;
  type(element, '#pattern', 'CASE-####');
  type(element, '#perMinute', '7');
  element.settings = { ...SETTINGS, revealBudget: { ...SETTINGS.revealBudget, perDay: 500 } };
  await element.updateComplete;
  expect(field(element, '#pattern').value).toBe('CASE-####');
  expect([field(element, '#perMinute').value, field(element, '#perDay').value]).toEqual(['7', '500']);
  let given: SettingsGiven['detail'] | undefined;
  element.addEventListener('settings-given', (event) => {
    given = (event as SettingsGiven).detail;
  });
  submit(element);
  expect(given?.revealBudget).toEqual({ perMinute: 7, perHour: 100, perDay: 500 });
  expect(given?.ticketPattern).toBe('CASE-####');
});

it('keeps what is typed on while the settings that were sent are kept', async () => {
  const element = await show<RevealSettings>('reveal-settings', { settings: SETTINGS, editable: true });
  type(element, '#perMinute', '5');
  submit(element);
  type(element, '#perMinute', '57');
  element.settings = { ...SETTINGS, revealBudget: { ...SETTINGS.revealBudget, perMinute: 5 } };
  await element.updateComplete;
  expect(field(element, '#perMinute').value).toBe('57');
});

it('leaves the focus and the name of the next tenant where they are while the one before is made', async () => {
  const element = await show<NewTenant>('new-tenant', {});
  type(element, '#name', 'Harbour');
  type(element, '#admin', 'a@harbour.example');
  submit(element);
  field(element, '#name').focus();
  type(element, '#name', 'Northwind');
  element.made = { name: 'Harbour', firstAdmin: { email: 'a@harbour.example' } } as TenantCreated;
  await element.updateComplete;
  expect(element.shadowRoot?.activeElement).toBe(field(element, '#name'));
  expect([field(element, '#name').value, field(element, '#admin').value]).toEqual(['Northwind', '']);
});

it('leaves each reason beside its own secret when the one before it has been helped', async () => {
  const item = (id: string) =>
    ({ id, kind: 'other', ref: { label: id }, machine: 'm', version: { version: 1 } }) as Revealed;
  const items = ['a', 'b'].map((id) => ({ item: item(id), why: 'does not open' }));
  const element = await show<LeftBehindList>('left-behind', { items });
  const fields = () => [...element.renderRoot.querySelectorAll<HTMLInputElement>('input[name=reason]')];
  const [first, second] = fields();
  if (first) first.value = 'of a';
  if (second) second.value = 'of b';
  element.items = items.slice(1);
  await element.updateComplete;
  expect(fields().map(({ value }) => value)).toEqual(['of b']);
});

it.each([
  ['token-form', '#label', { issuing: true } satisfies Partial<TokenForm>],
  ['reveal-form', '#reason', { busy: true } satisfies Partial<RevealForm>],
])(
  '%s lets nothing be typed that would go with it: the field can be read and keeps the focus',
  async (name, selector, works) => {
    const element = await show<LitElement>(name, {});
    field(element, selector).focus();
    type(element, selector, 'as sent');
    Object.assign(element, works);
    await element.updateComplete;
    expect([field(element, selector).readOnly, field(element, selector).value]).toEqual([true, 'as sent']);
    expect(element.shadowRoot?.activeElement).toBe(field(element, selector));
  },
);

it('holds a passphrase that is being used as it was typed', async () => {
  const element = await show<NewPassphrase>('new-passphrase', { busy: true });
  const inner = element.renderRoot.querySelector('passphrase-field') as LitElement;
  await inner.updateComplete;
  expect([...inner.renderRoot.querySelectorAll('input')].map(({ readOnly }) => readOnly)).toEqual([true, true]);
});
