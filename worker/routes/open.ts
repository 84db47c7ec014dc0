// What anybody is answered, and whoever is signed in.

import { open } from '../../schema/routes/open.ts';
import { list } from '../../schema/routes.ts';
import { checkHealth } from '../health.ts';
import { openapi } from '../openapi.ts';
import { handled } from '../route.ts';

/** Made at the first ask, then the same for the isolate's life. */
let document: ReturnType<typeof openapi> | null = null;

export const openRoutes = handled(open, {
  'GET /health': async ({ env }) => checkHealth(env, Date.now()),
  'GET /openapi.json': async ({ env }) => {
    document ??= openapi(list, env.apiOrigin);
    return document;
  },
  'GET /v1/me': async ({ env, email, memberships }) => ({
    email,
    operator: env.operatorEmails.has(email),
    memberships: memberships.map((row) => ({
      tenant: row.tenant,
      name: row.tenantName,
      role: row.role,
      status: row.tenantStatus,
    })),
    // Whoever is a member nowhere has no admin to ask.
    ...(memberships.length === 0 ? { ask: [...env.operatorEmails] } : {}),
  }),
  'GET /v1/sign-in': async ({ env }) => `${env.portalOrigin}/signed-in`,
});
