// How Chromium is started for tests: headless on any machine, and silent: it asks nobody on the network. By itself, because
// Vitest's configuration starts one too and needs nothing of end-to-end tests.

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
