// Coming back. A browser keeps a page as it was for anybody who goes back to it: that may be another person by now, or
// nobody may be signed in. Also a tab in which somebody has signed in again: the others hear of it.

export const SESSION_CHANNEL = 'totl-session';

/** Loads the page anew when it comes out of the browser's back-forward cache. */
export function freshOnReturn(reload: () => void): void {
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) reload();
  });
}
