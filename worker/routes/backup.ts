// The handlers of the routes in schema/routes/backup.ts: a line each.
import { backup } from '../../schema/routes/backup.ts';
import { handled } from '../core/route.ts';

export const backupRoutes = handled(backup, {
  'GET /v1/tenants/:tenant/backup': ({ object, caller }) => object.backupState(caller),
  'POST /v1/tenants/:tenant/backup/run': ({ object, caller }) => object.requestBackup(caller),
});
