// The API of what a person does to the keyring: writes one, takes a change back, proves that recovery sheets open it.
import type { KeyringWrite, UndoChange } from '../../../schema/keyring.ts';
import { call } from './call.ts';

export const writeKeyring = (tenant: string, body: KeyringWrite) =>
  call('POST /v1/tenants/:tenant/keyring', { params: { tenant }, body });
export const undoChange = (tenant: string, body: UndoChange) =>
  call('POST /v1/tenants/:tenant/keyring/undo', { params: { tenant }, body });
export const noteDrill = (tenant: string, recovery: string, proof: string) =>
  call('POST /v1/tenants/:tenant/recovery/:recovery/drilled', {
    params: { tenant, recovery },
    body: { proof },
    what: 'drill',
  });
