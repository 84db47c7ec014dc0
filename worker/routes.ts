// The table of routes as it is served, noun by noun: each row (schema/routes/) with its handler (worker/routes/). A noun is loaded when a
// request comes that no noun before it has a route for, because the schemas of all took half of each start (docs/decisions/0140). Engines'
// come first: most requests are theirs.
import type { Route } from './core/route.ts';

export const nouns: readonly (() => Promise<readonly Route[]>)[] = [
  async () => (await import('./routes/engine.ts')).engineRoutes,
  async () => (await import('./routes/open.ts')).openRoutes,
  async () => (await import('./routes/fleet.ts')).fleetRoutes,
  async () => (await import('./routes/secrets.ts')).secretsRoutes,
  async () => (await import('./routes/keyring.ts')).keyringRoutes,
  async () => (await import('./routes/people.ts')).peopleRoutes,
  async () => (await import('./routes/tokens.ts')).tokensRoutes,
  async () => (await import('./routes/settings.ts')).settingsRoutes,
  async () => (await import('./routes/audit.ts')).auditRoutes,
  async () => (await import('./routes/notices.ts')).noticesRoutes,
  async () => (await import('./routes/backup.ts')).backupRoutes,
  async () => (await import('./routes/operator.ts')).operatorRoutes,
];
