// How a tenant stands, in counts. Apart from the fleet's calls: the first screen asks this alone.
import { call } from './call.ts';

export const overview = (tenant: string) => call('GET /v1/tenants/:tenant/overview', { params: { tenant } });
