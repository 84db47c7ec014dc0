// The API of one machine: what is known about it, its runs and events, and what is done with it.
import type { MarkSeen } from '../../../schema/machine.ts';
import { call } from './call.ts';

export const machine = (tenant: string, machine: string) =>
  call('GET /v1/tenants/:tenant/machines/:machine', { params: { tenant, machine } });
export const history = (tenant: string, machine: string, after: string) =>
  call('GET /v1/tenants/:tenant/machines/:machine/history', { params: { tenant, machine }, query: { after } });

/** The contents of a list: items that count, or items that were set aside. */
export type ListedPart = 'standing' | 'aside';
export const ofPart = (part: ListedPart): 'yes' | undefined => (part === 'aside' ? 'yes' : undefined);

/** The first `after` is absent; then each page's `next`. */
export const runs = (tenant: string, machine: string, part: ListedPart, after?: string) =>
  call('GET /v1/tenants/:tenant/machines/:machine/runs', {
    params: { tenant, machine },
    query: { aside: ofPart(part), after },
  });
export const events = (tenant: string, run: string, after: number) =>
  call('GET /v1/tenants/:tenant/runs/:run/events', { params: { tenant, run }, query: { after, limit: 500 } });

const MOVES = {
  archive: 'POST /v1/tenants/:tenant/machines/:machine/archive',
  restore: 'POST /v1/tenants/:tenant/machines/:machine/restore',
  unmerge: 'POST /v1/tenants/:tenant/machines/:machine/unmerge',
} as const;
/** Archives a machine, brings it back, or undoes its merge. */
export const moveMachine = (tenant: string, machine: string, act: keyof typeof MOVES) =>
  call(MOVES[act], { params: { tenant, machine } });

export const merge = (tenant: string, machine: string, into: string) =>
  call('POST /v1/tenants/:tenant/machines/:machine/merge', { params: { tenant, machine }, body: { into } });

/** Says that a mark was looked into, as it was shown. */
export const acknowledge = (tenant: string, machine: string, seen: MarkSeen) =>
  call('POST /v1/tenants/:tenant/machines/:machine/acknowledge', { params: { tenant, machine }, body: seen });
/** Says that several PCs have this id, as it was marked. */
export const split = (tenant: string, machine: string, of: string) =>
  call('POST /v1/tenants/:tenant/machines/:machine/split', { params: { tenant, machine }, body: { of } });
