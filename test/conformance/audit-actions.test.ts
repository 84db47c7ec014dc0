// The closed vocabulary of the audit against the code that may write it: no action without a cause, no cause without an
// action.
import { expect, it } from 'vitest';
import { AuditAction, SYSTEM_ACTIONS } from '../../schema/audit.ts';
import { routes } from '../workerd/routes.ts';

it('every action is promised by a route or is the object’s own, because a word that nobody writes is a word that misleads', () => {
  const promised = routes.flatMap((route) => route.audit ?? []);
  const caused = new Set<string>([...promised, ...SYSTEM_ACTIONS]);
  expect([...caused].sort()).toEqual([...AuditAction.options].sort());
  expect(SYSTEM_ACTIONS.filter((action) => promised.includes(action))).toEqual([]);
});
