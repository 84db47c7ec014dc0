// How a tenant stands, in counts. Apart from the fleet's calls: the first screen asks this alone.
import { call } from './call.ts';

/** `unlockedWith`: the unlocker that has just opened this person's vault, which is noted. */
export const overview = (tenant: string, unlockedWith?: string) =>
  call('GET /v1/tenants/:tenant/overview', { params: { tenant }, query: { unlockedWith } });
