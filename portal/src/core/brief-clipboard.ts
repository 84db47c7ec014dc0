// A plaintext on the clipboard for thirty seconds, where the browser lets a page empty it. It reports what it could not
// do.

export const CLIPBOARD_SECONDS = 30;

/**
 * `copied`: it will be emptied; `blindly` if the browser will not say what is in it by then. `waiting`: it is emptied
 * once this page is used again. `emptied`; `kept`: something else was in it by then, and was left alone. `refused`:
 * nothing was copied.
 */
export type ClipboardState = 'copied' | 'blindly' | 'waiting' | 'emptied' | 'kept' | 'refused';

/** Fired on window with a `ClipboardState` as its detail, also when what copied it is long gone. */
export const CLIPBOARD_CHANGED = 'totl-clipboard-changed';

let held: { text: string; timer: ReturnType<typeof setTimeout> } | null = null;
/** The moments when a browser that refuses a timer may grant access: the page is seen again, or a person acts on it. */
const CHANCES = ['focus', 'pointerdown', 'keydown'];

function tell(state: ClipboardState): void {
  window.dispatchEvent(new CustomEvent(CLIPBOARD_CHANGED, { detail: state }));
}

/** Whether the page may read it without a question: a person who only copied is asked nothing. */
async function mayRead(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return state === 'granted';
  } catch {
    return false;
  }
}

function end(): void {
  if (held) clearTimeout(held.timer);
  held = null;
  for (const chance of CHANCES) window.removeEventListener(chance, empty, true);
}

async function empty(): Promise<void> {
  const mine = held;
  if (!mine) return;
  try {
    const other = (await mayRead()) && (await navigator.clipboard.readText()) !== mine.text;
    if (held !== mine) return;
    if (!other) await navigator.clipboard.writeText('');
    if (held !== mine) return;
    end();
    tell(other ? 'kept' : 'emptied');
  } catch {
    if (held !== mine) return;
    for (const chance of CHANCES) window.addEventListener(chance, empty, true);
    tell('waiting');
  }
}

/** Copies, and empties the clipboard half a minute later if it still holds this, as far as the browser says so. */
export async function copyBriefly(text: string): Promise<ClipboardState> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return 'refused';
  }
  end();
  held = { text, timer: setTimeout(() => void empty(), CLIPBOARD_SECONDS * 1000) };
  return (await mayRead()) ? 'copied' : 'blindly';
}

export const CLIPBOARD_WORDS: Record<ClipboardState, string> = {
  copied: `Copied. The clipboard is emptied in ${CLIPBOARD_SECONDS} seconds, unless something else is in it by then.`,
  blindly: `Copied. The clipboard is emptied in ${CLIPBOARD_SECONDS} seconds, whatever is in it by then.`,
  waiting:
    'The clipboard still holds the secret: your browser lets this page empty it only while you use it. Click here once.',
  emptied: 'The clipboard was emptied.',
  kept: 'The clipboard holds something else by now; it was left alone.',
  refused: 'The browser did not allow copying; select the text instead.',
};
