// Coming back. A page that a browser has kept as it was, for whoever goes back to it: it may be another person by now, or nobody who is signed
// in. And a tab in which somebody has signed in again: the others hear of it.
// By itself, because main.ts has it before the app and loads nothing else for it.

export const SESSION_CHANNEL = 'totl-session';

/** Loads the page anew when it comes out of the browser's back-forward cache. */
export function freshOnReturn(reload: () => void): void {
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) reload();
  });
}
