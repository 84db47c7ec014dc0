// The two calls of the API and the one of the vault that a health sweep needs, for one tenant. Apart from the sweep, which knows no
// vault: it also runs where no browser is.
import * as api from '../api/secrets.ts';
import { vault } from '../unlock/vault-client.ts';
import type { SweepCalls } from './sweep.ts';

export const sweepCalls = (tenant: string): SweepCalls => ({
  page: (request) => api.bulkPage(tenant, request),
  keep: (items, sweep) => api.keepFindings(tenant, items, sweep),
  check: vault().check,
});
