// The handlers of routes for anybody, and for everybody who is signed in.

import { open } from '../../schema/routes/open.ts';
import { checkHealth } from '../answers/health.ts';
import { handled } from '../core/route.ts';

export const openRoutes = handled(open, {
  'GET /health': async ({ env }) => checkHealth(env, Date.now()),
  // It has the schemas of every noun: no other route needs them all.
  'GET /openapi.json': async ({ env }) => (await import('../openapi/document.ts')).documentOf(env.apiOrigin),
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
