// The stand-in's sign-in page: the demo people, one click each, and anybody else by address.
import type { DemoPerson } from './demo-data.ts';

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, main: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="stylesheet" href="/style.css"></head>
<body><main>${main}
<footer>This page plays Cloudflare Access on your machine. In production your identity provider signs people in.</footer>
</main></body></html>`;

/** The page that offers the demo people. `back` has been checked by `safeRedirect`. */
export function signInPage(people: readonly DemoPerson[], back: string, fault: string | null): string {
  const action = escapeHtml(`/sign-in?redirect_url=${encodeURIComponent(back)}`);
  const buttons = people
    .map(
      ({ email, role }) =>
        `<li><button name="email" value="${escapeHtml(email)}"><strong>${escapeHtml(email)}</strong><span>${escapeHtml(role)}</span></button></li>`,
    )
    .join('');
  return page(
    'Sign in (Access stand-in)',
    `<p class="badge">Access stand-in</p><h1>Sign in to TotlProvision</h1>
<form method="post" action="${action}"><ul>${buttons}</ul></form>
<form method="post" action="${action}"><label for="email">Somebody else</label>
<div class="row"><input id="email" name="email" type="email" autocomplete="email" required><button>Sign in</button></div></form>
${fault ? `<p class="fault" role="alert">${escapeHtml(fault)}</p>` : ''}`,
  );
}

export const signedOutPage = (portal: string): string =>
  page(
    'Signed out',
    `<p class="badge">Access stand-in</p><h1>You are signed out</h1><p><a href="${escapeHtml(portal)}">Sign in again</a></p>`,
  );

export const SIGN_IN_CSS = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f4f6f8, #0f1419); color: light-dark(#17202a, #e6eaef); }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(26rem, 100vw - 2rem); padding: 2rem; box-sizing: border-box; border-radius: 12px; background: light-dark(#fff, #182028); border: 1px solid light-dark(#dde3e9, #2b3641); }
h1 { font-size: 1.3rem; margin: 0.5rem 0 1.25rem; }
.badge { margin: 0; font-size: 0.75rem; letter-spacing: 0.04em; color: light-dark(#0b6bcb, #6cb4ff); }
ul { list-style: none; padding: 0; margin: 0 0 1.5rem; display: grid; gap: 0.5rem; }
button { font: inherit; cursor: pointer; border-radius: 8px; border: 1px solid light-dark(#c8d1da, #394653); background: transparent; color: inherit; padding: 0.6rem 0.9rem; }
button:hover { border-color: light-dark(#0b6bcb, #6cb4ff); }
:focus-visible { outline: 2px solid light-dark(#0b6bcb, #6cb4ff); outline-offset: 2px; }
li button { width: 100%; display: flex; justify-content: space-between; gap: 1rem; }
li strong { font-weight: 500; }
li span, footer { color: light-dark(#5a6875, #9aa7b4); }
label { display: block; font-size: 0.9rem; margin-bottom: 0.35rem; }
.row { display: flex; gap: 0.5rem; }
input { flex: 1; min-width: 0; font: inherit; padding: 0.6rem; border-radius: 8px; border: 1px solid light-dark(#c8d1da, #394653); background: transparent; color: inherit; }
.fault { color: light-dark(#b3261e, #ff8a80); }
footer { font-size: 0.8rem; margin-top: 1.75rem; }
a { color: light-dark(#0b6bcb, #6cb4ff); }
`;
