// The recovery page: one file that opens an exit bundle on any PC, with no server and no network. It is built into a single HTML file
// whose own CSP forbids every request (portal/build/recovery-page.ts).
import '../vault/jitless.ts';
import './recover-page.ts';

document.body.replaceChildren(document.createElement('recover-page'));
