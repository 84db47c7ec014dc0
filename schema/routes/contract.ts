// The whole public surface: what each route says about itself, by noun. worker/routes.ts has their handlers.
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { engine } from './engine.ts';
import { fleet } from './fleet.ts';
import { keyring } from './keyring.ts';
import { notices } from './notices.ts';
import { open } from './open.ts';
import { operator } from './operator.ts';
import { people } from './people.ts';
import { listed } from './row.ts';
import { secrets } from './secrets.ts';
import { settings } from './settings.ts';
import { tokens } from './tokens.ts';

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
