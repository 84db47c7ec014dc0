// The API of what people do by hand: secrets, spool files, archived and merged machines.
import type { Acknowledged, MachineShelved, Mark } from '../../../schema/machine.ts';
import type { Report, ReportAnswer } from '../../../schema/report.ts';
import type { Confirmed, EscrowRequest, HandSecret, MarkCleared, Receipt } from '../../../schema/secret.ts';
import { call } from './http.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

export const addSecret = (tenant: string, machine: string, request: HandSecret): Promise<Receipt> =>
  call(at(tenant, `machines/${machine}/secrets`), request);

/** Says that a version which a person brought, or whose order nobody knows, is on the PC. */
export const confirmSecret = (tenant: string, secret: string, version: number): Promise<Confirmed> =>
  call(at(tenant, `secrets/${secret}/confirm`), { version });

/** Says that what was revealed of a secret is on the PC no more. */
export const sayRotated = (tenant: string, secret: string, reason: string): Promise<MarkCleared> =>
  call(at(tenant, `secrets/${secret}/rotated`), { reason });

/** Archives a machine, brings it back, or undoes its merge. */
export const shelve = (
  tenant: string,
  machine: string,
  act: 'archive' | 'restore' | 'unmerge',
): Promise<MachineShelved> => call(at(tenant, `machines/${machine}/${act}`), {});
export const merge = (tenant: string, machine: string, into: string): Promise<MachineShelved> =>
  call(at(tenant, `machines/${machine}/merge`), { into });

/** Says that a mark was looked into, as it was shown. */
export const acknowledge = (tenant: string, machine: string, seen: Mark): Promise<Acknowledged> =>
  call(at(tenant, `machines/${machine}/acknowledge`), seen);

/** Says that several PCs have this id, as it was marked. */
export const split = (tenant: string, machine: string, of: string): Promise<Acknowledged> =>
  call(at(tenant, `machines/${machine}/split`), { of });

/** A report and a sealed secret out of a spool file, each in the body that its engine would have sent. */
export const uploadReport = (tenant: string, report: Report): Promise<ReportAnswer> =>
  call(at(tenant, 'spool/report'), report);
export const uploadSecret = (tenant: string, secret: EscrowRequest): Promise<Receipt> =>
  call(at(tenant, 'spool/secret'), secret);
