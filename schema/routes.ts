// The whole public surface: what each route says of itself, by noun. worker/routes.ts has who answers them.
import { audit } from './routes/audit.ts';
import { backup } from './routes/backup.ts';
import { engine } from './routes/engine.ts';
import { fleet } from './routes/fleet.ts';
import { keyring } from './routes/keyring.ts';
import { notices } from './routes/notices.ts';
import { open } from './routes/open.ts';
import { operator } from './routes/operator.ts';
import { people } from './routes/people.ts';
import { listed } from './routes/row.ts';
import { secrets } from './routes/secrets.ts';
import { settings } from './routes/settings.ts';
import { tokens } from './routes/tokens.ts';

export const contract = {
  ...open,
  ...engine,
  ...fleet,
  ...secrets,
  ...keyring,
  ...people,
  ...tokens,
  ...settings,
  ...audit,
  ...notices,
  ...backup,
  ...operator,
};
export type Contract = typeof contract;

/** The same as a list, in this order. */
export const list = listed(contract);
