// The tenant that was open last in this browser: the start leads people with several tenants there.
import type { Membership } from '../../../schema/person.ts';
import { memory } from '../core/memory.ts';

const NAME = 'totl.tenant';

export const rememberTenant = (tenant: string): void => memory.write(NAME, tenant);

/** Where the start leads, or null where there is nowhere to go. Another person's last tenant does not count. */
export function startOf(memberships: readonly Membership[], operator: boolean): string | null {
  const last = memory.read(NAME);
  const [only, ...others] = memberships;
  if (!only) return operator ? '/operator' : null;
  if (others.length === 0) return `/t/${only.tenant}`;
  const there = memberships.find((one) => one.tenant === last && one.status === 'active');
  return there ? `/t/${there.tenant}` : '/search';
}
