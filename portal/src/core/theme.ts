// Light, dark, or what the system says; the choice is this browser's.
import { memory } from './memory.ts';

const KEY = 'totl.theme';
const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
export type Theme = keyof typeof NEXT;

export function theme(): Theme {
  const kept = memory.read(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Goes to the next of the three and answers it. */
export function nextTheme(): Theme {
  const next = NEXT[theme()];
  memory.write(KEY, next);
  applyTheme();
  return next;
}
