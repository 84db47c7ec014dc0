// The API of the fleet: its machines, search, activity and clients. What a machine's own page asks is in machines.ts.
import type { MachinesQuery } from '../../../schema/machine.ts';
import { call } from './call.ts';

/** Which machines, in which order; absent members are not sent. */
export type FleetFilter = Omit<MachinesQuery, 'after' | 'limit'>;

export const machines = (
  tenant: string,
  { sort, shelf, status, client, attention, toRotate }: FleetFilter,
  after: string | null,
  limit: number,
  signal?: AbortSignal,
) =>
  call('GET /v1/tenants/:tenant/machines', {
    params: { tenant },
    query: { sort, shelf, limit, status, client, attention, toRotate, after: after || undefined },
    signal,
  });

export const search = (tenant: string, q: string, signal?: AbortSignal) =>
  call('GET /v1/tenants/:tenant/search', { params: { tenant }, query: { q }, signal });
export const activity = (tenant: string, days: number) =>
  call('GET /v1/tenants/:tenant/activity', { params: { tenant }, query: { days } });
/** `after`: those whose name comes after this one. */
export const clients = (tenant: string, after?: string) =>
  call('GET /v1/tenants/:tenant/clients', { params: { tenant }, query: { after } });
