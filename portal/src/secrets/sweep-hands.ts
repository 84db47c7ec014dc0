// The two calls of the API and the one of the vault that a health sweep needs, for one tenant.
import * as custody from '../api/custody.ts';
import { vault } from '../unlock/vault-client.ts';
import type { SweepHands } from './sweep.ts';

export const sweepHands = (tenant: string): SweepHands => ({
  page: (request) => custody.bulkPage(tenant, request),
  keep: (items, sweep) => custody.keepFindings(tenant, items, sweep),
  check: vault().check,
});
