// The two calls of the API and the one of the vault that a health sweep needs, for one tenant.
import * as api from '../api/secrets.ts';
import { vault } from '../unlock/vault-client.ts';
import type { SweepHands } from './sweep.ts';

export const sweepHands = (tenant: string): SweepHands => ({
  page: (request) => api.bulkPage(tenant, request),
  keep: (items, sweep) => api.keepFindings(tenant, items, sweep),
  check: vault().check,
});
