import { afterEach, expect, it } from 'vitest';
import type { WebhookForm } from './webhook-form.ts';
import './webhook-form.ts';

afterEach(() => document.body.replaceChildren());

it('says at its field what the server found wrong with it, and the cursor is there', async () => {
  const element = document.createElement('webhook-form') as WebhookForm;
  document.body.append(element);
  await element.updateComplete;
  element.wrong = new Map([['url', 'must begin with https://']]);
  await element.updateComplete;
  const root = element.renderRoot as ShadowRoot;
  const field = root.querySelector('#url') as HTMLInputElement;
  expect(root.activeElement).toBe(field);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  const said = root.getElementById(field.getAttribute('aria-describedby') ?? '');
  expect(said?.textContent?.trim()).toBe('This must begin with https://.');
});
