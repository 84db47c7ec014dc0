// Which actions of the audit answer one question.
import type { AuditAction } from '../audit.ts';

/** Actions that one question is about: who got in or lost what, what was done to keys and settings, what was refused. */
export const AUDIT_GROUPS = {
  access: [
    'person.added',
    'person.role_changed',
    'person.removed',
    'grant.requested',
    'grant.declined',
    'unlocker.added',
    'unlocker.removed',
    'unlocker.kept',
    'unlocker.changed',
    'token.issued',
    'token.rotated',
    'token.revoked',
    'token.set_aside',
    'token.brought_back',
  ],
  keys: [
    'keyring.created',
    'keyring.updated',
    'keyring.opened',
    'keyring.undone',
    'keyring.line_taken',
    'root.replaced',
    'recovery.drilled',
    'key.rotated',
    'key.retired',
    'key.destroyed',
    'settings.changed',
    'limits.changed',
    'webhook.added',
    'webhook.changed',
    'webhook.removed',
    'webhook.paused',
    'webhook.resumed',
  ],
  refusals: ['access.refused', 'reveal.budget_exceeded'],
} as const satisfies Record<string, readonly AuditAction[]>;
