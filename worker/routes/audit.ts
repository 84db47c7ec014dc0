// The handlers of the routes in schema/routes/audit.ts: a line each.
import { isRefusal } from '../../schema/refusal.ts';
import { audit } from '../../schema/routes/audit.ts';
import { exportFile } from '../answers/audit-export.ts';
import { handled } from '../core/route.ts';

export const auditRoutes = handled(audit, {
  'GET /v1/tenants/:tenant/audit': ({ object, caller, query }) => object.auditPage(caller, query),
  'GET /v1/tenants/:tenant/audit/counts': ({ object, caller, query }) => object.auditCounts(caller, query),
  'GET /v1/tenants/:tenant/audit/head': async ({ object, caller, member }) => {
    const chain = await object.auditHead(caller);
    const index = member.auditSeq > 0 ? { seq: member.auditSeq, hash: member.auditHash } : null;
    return isRefusal(chain) ? chain : { chain, index };
  },
  'POST /v1/tenants/:tenant/audit/export': async ({ object, caller, body }) => {
    const head = await object.exportAudit(caller, body);
    return isRefusal(head) ? head : exportFile(object, caller, body, head.seq);
  },
});
