// What takes time in a browser: the benches of the portal and of the keys, each a command of its own, in one report with the rest.
import type { Part } from './part.ts';
import { toldBy } from './told.ts';

const SECRETS = 2_000;
const QUICK_SECRETS = 20;

export const portal: Part = {
  name: 'portal',
  title: 'The portal',
  measure: async () => ({ figures: await toldBy('dev/bench-portal.ts', []) }),
};

export const keys: Part = {
  name: 'keys',
  title: 'Keys in the browser',
  measure: async ({ isQuick }) => ({
    figures: await toldBy('dev/bench-keys.ts', ['--secrets', String(isQuick ? QUICK_SECRETS : SECRETS)]),
  }),
};
