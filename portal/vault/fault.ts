// A vault's expected "no", as a value that crosses into the page. Apart from the contract, which pages import: only a vault makes one.
import type { VaultFault, VaultFaultCode } from './contract.ts';

export const fault = (code: VaultFaultCode, message: string): VaultFault => ({ ok: false, code, message });

export const isFault = (value: unknown): value is VaultFault =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
