// Single keys that act on a page, such as `j` and `/`, and two one after the other, such as `g f`: never while somebody types, holds a
// modifier, or has a dialog open.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { memory } from './memory.ts';
import { isModalOpen } from './modal.ts';

/** `words` describe it for the help. Without `press` it is only listed: an element acts on it by itself. */
export type Shortcut = { words: string; press?: () => void };
/** By their keys: one, or two with a space between them. */
export type Uses = Readonly<Record<string, Shortcut>>;

/** Those whose hosts are in the document, the newest last. */
const active: Shortcuts[] = [];

/** What they do now, in the order in which they came; each key is as `KeyboardEvent.key` has it. */
export function registeredShortcuts(): { key: string; words: string }[] {
  const words = new Map(active.flatMap(({ uses }) => Object.entries(uses)).map(([key, use]) => [key, use.words]));
  return [...words].map(([key, text]) => ({ key, words: text }));
}

const OFF = 'totl.keys-off';

/** Whether single keys act in this browser; people who dictate or have a tremor turn them off (WCAG 2.1.4). */
export const areShortcutsOn = (): boolean => memory.read(OFF) === null;

export function turnShortcuts(on: boolean): void {
  if (on) memory.forget(OFF);
  else memory.write(OFF, 'yes');
}

const FIELDS = 'input, textarea, select, [contenteditable], [role="combobox"], [role="listbox"], [role="textbox"]';
const ACT_BY_ENTER = 'a[href], button, summary';

/** Whether the key is for the focused element: letters for a field, Enter for a link or button. */
function isTaken({ key, target }: { key: string; target: EventTarget | undefined }): boolean {
  if (!(target instanceof Element)) return false;
  return target.matches(FIELDS) || (key === 'Enter' && target.closest(ACT_BY_ENTER) !== null);
}

/** A second key that comes later than this is a key of its own: nobody remembers what they pressed before. */
const SECOND_WITHIN_MS = 2_000;
/** The first of two keys, and when it was pressed, by the event's own clock. */
let first: { key: string; at: number } | null = null;

const newest = (key: string): Shortcut['press'] => active.findLast(({ uses }) => uses[key]?.press)?.uses[key]?.press;
const beginsTwo = (key: string): boolean =>
  active.some(({ uses }) => Object.keys(uses).some((keys) => keys.startsWith(`${key} `)));

/** What the key does, after the one that was pressed before it. Null: nothing. */
function actOf({ key, timeStamp }: KeyboardEvent): (() => void) | null {
  const before = first;
  first = null;
  // Of two keys the second never acts as one: somebody who meant another page does not select a row.
  if (before && timeStamp - before.at < SECOND_WITHIN_MS) return newest(`${before.key} ${key}`) ?? null;
  const press = newest(key);
  if (press) return press;
  if (!beginsTwo(key)) return null;
  return () => {
    first = { key, at: timeStamp };
  };
}

function pressed(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  // Shift makes a `?` where it is needed, and something else of Enter or Home.
  if (event.defaultPrevented || event.isComposing || ctrlKey || metaKey || altKey || (shiftKey && key.length > 1))
    return;
  if (key.length === 1 && !areShortcutsOn()) return;
  const path = event.composedPath();
  if (isModalOpen() || path.some((node) => node instanceof HTMLDialogElement)) return;
  if (isTaken({ key, target: path[0] })) return;
  const act = actOf(event);
  if (!act) return;
  event.preventDefault();
  act();
}

/** Listens while its host is in the document. If two use the same key, the newer one gets it. */
export class Shortcuts implements ReactiveController {
  readonly #uses: () => Uses;

  /** `uses`: a function where what there is to press changes. */
  constructor(host: ReactiveControllerHost, uses: Uses | (() => Uses)) {
    this.#uses = typeof uses === 'function' ? uses : () => uses;
    host.addController(this);
  }

  get uses(): Uses {
    return this.#uses();
  }

  hostConnected(): void {
    if (active.length === 0) window.addEventListener('keydown', pressed);
    active.push(this);
  }

  hostDisconnected(): void {
    active.splice(active.indexOf(this), 1);
    if (active.length === 0) window.removeEventListener('keydown', pressed);
  }
}
