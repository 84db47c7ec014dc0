import { html, LitElement } from 'lit';
import { afterEach, expect, test } from 'vitest';
import { Modal } from './modal.ts';
import { registeredShortcuts, Shortcuts } from './shortcuts.ts';

const heard: string[] = [];

class OnePage extends LitElement {
  keys = new Shortcuts(this, {
    '/': { words: 'Search', press: () => heard.push('page /') },
    '?': { words: 'Keys', press: () => heard.push('page ?') },
    Enter: { words: 'Open', press: () => heard.push('page Enter') },
  });
  override render() {
    return html`<input /><button></button><p tabindex="-1"></p>`;
  }
}
class InnerPart extends LitElement {
  keys = new Shortcuts(this, {
    '/': { words: 'Search here', press: () => heard.push('part /') },
    Escape: { words: 'Clear' },
  });
}
let places = ['f'];
class OneShell extends LitElement {
  keys = new Shortcuts(this, () =>
    Object.fromEntries(places.map((key) => [`g ${key}`, { words: `To ${key}`, press: () => heard.push(`to ${key}`) }])),
  );
}
class OneDialog extends LitElement {
  constructor() {
    super();
    new Modal(this);
  }
  override render() {
    return html`<dialog></dialog>`;
  }
}
customElements.define('one-page', OnePage);
customElements.define('inner-part', InnerPart);
customElements.define('one-dialog', OneDialog);
customElements.define('one-shell', OneShell);

async function shown<T extends LitElement>(name: string): Promise<T> {
  const element = document.createElement(name) as T;
  document.body.append(element);
  await element.updateComplete;
  return element;
}
function press(key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}
afterEach(() => {
  document.body.replaceChildren();
  heard.length = 0;
});

test('a key acts, and the browser does nothing more with it', async () => {
  await shown('one-page');
  expect(press('/').defaultPrevented).toBe(true);
  press('?', document.body, { shiftKey: true });
  expect(press('x').defaultPrevented).toBe(false);
  expect(heard).toEqual(['page /', 'page ?']);
});

test('what is typed into a field is text, and Enter on a button is the button’s', async () => {
  const page = await shown('one-page');
  const at = (name: string) => page.renderRoot.querySelector(name) as Element;
  press('/', at('input'));
  press('Enter', at('button'));
  expect(heard).toEqual([]);
  press('/', at('button'));
  press('Enter', at('p'));
  expect(heard).toEqual(['page /', 'page Enter']);
});

test('with a modifier a key is the browser’s own', async () => {
  await shown('one-page');
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey']) press('/', document.body, { [modifier]: true });
  press('Enter', document.body, { shiftKey: true });
  expect(heard).toEqual([]);
});

test('two keys one after the other go to a place, by what there is to go to now', async () => {
  await shown('one-shell');
  places = ['f', 'a'];
  press('g');
  press('a');
  expect(heard).toEqual(['to a']);
  expect(registeredShortcuts()).toEqual([
    { key: 'g f', words: 'To f' },
    { key: 'g a', words: 'To a' },
  ]);
  press('f');
  expect(heard).toEqual(['to a']);
});

test('the second of two keys never acts as one, because whoever meant another page asked for nothing on this one', async () => {
  await shown('one-page');
  await shown('one-shell');
  press('g');
  press('/');
  expect(heard).toEqual([]);
  press('/');
  expect(heard).toEqual(['page /']);
});

test('nothing behind a dialog acts, wherever the focus is', async () => {
  await shown('one-page');
  const dialog = await shown('one-dialog');
  press('/');
  expect(heard).toEqual([]);
  dialog.remove();
  press('/');
  expect(heard).toEqual(['page /']);
});

test('the newer of two has the key and its words, and gives both back when it goes', async () => {
  await shown('one-page');
  const part = await shown('inner-part');
  press('/');
  expect(registeredShortcuts()).toEqual([
    { key: '/', words: 'Search here' },
    { key: '?', words: 'Keys' },
    { key: 'Enter', words: 'Open' },
    { key: 'Escape', words: 'Clear' },
  ]);
  part.remove();
  press('/');
  expect(heard).toEqual(['part /', 'page /']);
  expect(registeredShortcuts()[0]?.words).toBe('Search');
});
