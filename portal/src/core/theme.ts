// Light, dark, or what the system says; the choice is this browser's.
import { memory } from './memory.ts';

/** On the window: another one was chosen in this tab. */
export const THEME_CHOSEN = 'totl-theme-chosen';
const KEY = 'totl.theme';
const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
export type Theme = keyof typeof NEXT;
export const THEME_WORDS: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' };

export function theme(): Theme {
  const kept = memory.read(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function chooseTheme(chosen: Theme): void {
  memory.write(KEY, chosen);
  applyTheme();
  window.dispatchEvent(new Event(THEME_CHOSEN));
}

/** Goes to the next of the three and answers it. */
export function nextTheme(): Theme {
  const next = NEXT[theme()];
  chooseTheme(next);
  return next;
}
