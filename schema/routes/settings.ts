// A tenant’s settings, and the limits that count for it.
import { LimitsAnswer } from '../limits.ts';
import { Settings, SettingsChange } from '../settings.ts';
import { ADMINS, EVERYBODY, json, type Rows, SMALL_BODY_BYTES } from './row.ts';

export const settings = {
  'GET /v1/tenants/:tenant/settings': {
    who: 'member',
    summary: 'The tenant’s settings',
    roles: EVERYBODY,
    audit: null,
    answer: Settings,
  },
  'POST /v1/tenants/:tenant/settings': {
    who: 'member',
    summary: 'Change the tenant’s settings',
    roles: ADMINS,
    audit: ['settings.changed'],
    body: json(SettingsChange, SMALL_BODY_BYTES),
    answer: Settings,
    refuses: ['rate_limited'],
  },
  'GET /v1/tenants/:tenant/limits': {
    who: 'member',
    summary: 'What counts for the tenant, and how much of it is used',
    roles: ADMINS,
    audit: null,
    answer: LimitsAnswer,
  },
} as const satisfies Rows;
