// The portal's start: the theme, then the app; or, in the sign-in pop-up, word to the other tabs and away.
import { applyTheme } from './theme.ts';

applyTheme();
if (location.pathname === '/signed-in') {
  new BroadcastChannel('totl-session').postMessage('signed-in');
  window.close();
} else void import('./app.ts');
