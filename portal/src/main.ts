// The portal's start: the theme, then the app; or, in the sign-in pop-up, word to the other tabs and away.

import { applyTheme } from './core/theme.ts';
import { freshOnReturn, SESSION_CHANNEL } from './session/returning.ts';

applyTheme();
freshOnReturn(() => location.reload());
if (location.pathname === '/signed-in') {
  new BroadcastChannel(SESSION_CHANNEL).postMessage('signed-in');
  window.close();
  // A browser may refuse to close a window that has visited another site to sign in.
  document.body.textContent = 'You are signed in. You can close this window.';
} else void import('./app.ts');
