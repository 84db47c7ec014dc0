// The handlers of routes for anybody, and for everybody who is signed in.

import { list } from '../../schema/routes/contract.ts';
import { open } from '../../schema/routes/open.ts';
import { checkHealth } from '../answers/health.ts';
import { handled } from '../core/route.ts';
import { openapi } from '../openapi/openapi.ts';

/** Made at the first request, then the same for the isolate's life. */
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
    // A person who is a member nowhere has no admin to ask.
    ...(memberships.length === 0 || memberships.some(({ tenantStatus }) => tenantStatus === 'suspended')
      ? { ask: [...env.operatorEmails] }
      : {}),
  }),
  'GET /v1/sign-in': async ({ env }) => `${env.portalOrigin}/signed-in`,
});
