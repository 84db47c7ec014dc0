// The API of a rotation: its state, its pages, and the secrets left behind.
import type { Resealed, RotationPageRequest } from '../../../schema/rotation.ts';
import { call } from './call.ts';

export const rotation = (tenant: string) => call('GET /v1/tenants/:tenant/rotation', { params: { tenant } });
export const rotationPage = (tenant: string, body: RotationPageRequest) =>
  call('POST /v1/tenants/:tenant/rotation/page', { params: { tenant }, body });
export const uploadResealed = (tenant: string, items: Resealed[]) =>
  call('POST /v1/tenants/:tenant/rotation/reseal', { params: { tenant }, body: { items } });
export const restoreReplaced = (tenant: string, secret: string, version: number, reason: string) =>
  call('POST /v1/tenants/:tenant/rotation/restore', { params: { tenant }, body: { secret, version, reason } });
export const markUnopenable = (tenant: string, secret: string, version: number, reason: string) =>
  call('POST /v1/tenants/:tenant/rotation/unopenable', { params: { tenant }, body: { secret, version, reason } });
