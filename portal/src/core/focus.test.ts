import { beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { focusPath, giveFocusBack, keepFocus } from './focus.ts';

beforeAll(keepFocus);
beforeEach(() => {
  document.body.innerHTML =
    '<main tabindex="-1"><h1>Page</h1><section><h2>Part</h2><button>Act</button></section></main>';
});
const at = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector) as T;

it('waits for a button that is disabled by its own act, because its act is not the end of the page', async () => {
  const button = at<HTMLButtonElement>('button');
  button.focus();
  button.disabled = true;
  await until(() => expect(document.activeElement).not.toBe(button));
  button.disabled = false;
  await until(() => expect(document.activeElement).toBe(button));
});

it('lands on the heading of what is left, when the button goes, and when all around it goes', async () => {
  at('button').focus();
  at('button').remove();
  await until(() => expect(document.activeElement).toBe(at('h2')));
  at('section').remove();
  await until(() => expect(document.activeElement).toBe(at('h1')));
});

it('gives the focus back to what stands in the place of an opener that went while its dialog was open', async () => {
  at('button').focus();
  const opener = focusPath();
  at('button').blur();
  at('section').innerHTML = '<h2>Part</h2><p>Done</p>';
  giveFocusBack(opener);
  await until(() => expect(document.activeElement).toBe(at('h2')));
});

it('leaves alone whoever went away from it by themselves', async () => {
  const button = at<HTMLButtonElement>('button');
  button.focus();
  button.blur();
  await new Promise((resolve) => setTimeout(resolve));
  button.remove();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  expect(document.activeElement).toBe(document.body);
});

it('knows of a move within a shadow root, which the document is not told of', async () => {
  const root = at('section').attachShadow({ mode: 'open' });
  root.innerHTML = '<h2>Form</h2><input><button>Add</button>';
  root.querySelector('input')?.focus();
  root.querySelector('button')?.focus();
  root.querySelector('button')?.remove();
  await until(() => expect(root.activeElement).toBe(root.querySelector('h2')));
});

it('knows a button that waits for its own act as what opened a dialog, because it is disabled by then', async () => {
  const button = at<HTMLButtonElement>('button');
  button.focus();
  button.disabled = true;
  await until(() => expect(document.activeElement).toBe(document.body));
  const opener = focusPath();
  at('section').insertAdjacentHTML('beforeend', '<input>');
  at('input').focus();
  at('input').remove();
  giveFocusBack(opener);
  button.disabled = false;
  await until(() => expect(document.activeElement).toBe(button));
});
