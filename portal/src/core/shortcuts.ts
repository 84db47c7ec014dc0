// Single keys that act on a page, such as `j` and `/`: never while somebody types, holds a modifier, or has a dialog open.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { memory } from './memory.ts';
import { isModalOpen } from './modal.ts';

/** `words` describe it for the help. Without `press` it is only listed: an element acts on it by itself. */
export type Shortcut = { words: string; press?: () => void };

/** Those whose hosts are in the document, the newest last. */
const active: Shortcuts[] = [];

/** What they do now, in the order in which they came; `key` is as `KeyboardEvent.key` has it. */
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

function pressed(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  // Shift makes a `?` where it is needed, and something else of Enter or Home.
  if (event.defaultPrevented || event.isComposing || ctrlKey || metaKey || altKey || (shiftKey && key.length > 1))
    return;
  if (key.length === 1 && !areShortcutsOn()) return;
  const path = event.composedPath();
  if (isModalOpen() || path.some((node) => node instanceof HTMLDialogElement)) return;
  if (isTaken({ key, target: path[0] })) return;
  const press = active.findLast(({ uses }) => uses[key]?.press)?.uses[key]?.press;
  if (!press) return;
  event.preventDefault();
  press();
}

/** Listens while its host is in the document. If two use the same key, the newer one gets it. */
export class Shortcuts implements ReactiveController {
  readonly uses: Readonly<Record<string, Shortcut>>;

  constructor(host: ReactiveControllerHost, uses: Record<string, Shortcut>) {
    this.uses = uses;
    host.addController(this);
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
