// The table of routes as it is served: each row (schema/routes/) with its handler (worker/routes/).
import type { Route } from './core/route.ts';
import { auditRoutes } from './routes/audit.ts';
import { backupRoutes } from './routes/backup.ts';
import { engineRoutes } from './routes/engine.ts';
import { fleetRoutes } from './routes/fleet.ts';
import { keyringRoutes } from './routes/keyring.ts';
import { noticesRoutes } from './routes/notices.ts';
import { openRoutes } from './routes/open.ts';
import { operatorRoutes } from './routes/operator.ts';
import { peopleRoutes } from './routes/people.ts';
import { secretsRoutes } from './routes/secrets.ts';
import { settingsRoutes } from './routes/settings.ts';
import { tokensRoutes } from './routes/tokens.ts';

export const routes: readonly Route[] = [
  ...openRoutes,
  ...engineRoutes,
  ...fleetRoutes,
  ...secretsRoutes,
  ...keyringRoutes,
  ...peopleRoutes,
  ...tokensRoutes,
  ...settingsRoutes,
  ...auditRoutes,
  ...noticesRoutes,
  ...backupRoutes,
  ...operatorRoutes,
];
