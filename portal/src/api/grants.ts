// The API of requests for access.
import type { GrantList, GrantRequest } from '../../../schema/grant.ts';
import { call } from './call.ts';
import { allPages } from './pages.ts';

/** All requests; where there are more than ten pages of them, `next` is not null. */
export const grants = (tenant: string): Promise<GrantList> =>
  allPages<GrantList>(
    (before) =>
      call('GET /v1/tenants/:tenant/grants', { params: { tenant }, query: { after: before?.next ?? undefined } }),
    ({ next }) => next !== null,
    (whole, page) => ({ grants: [...whole.grants, ...page.grants], next: page.next }),
  );
export const requestGrant = (tenant: string, body: GrantRequest) =>
  call('POST /v1/tenants/:tenant/grants', { params: { tenant }, body });
export const declineGrant = (tenant: string, grant: string) =>
  call('POST /v1/tenants/:tenant/grants/:grant/decline', { params: { tenant, grant } });
