// Why the engine stops or waits, as values. None of them carries a token, a plaintext or a ciphertext.

export type EngineRefusalCode =
  | 'no_tenant_key'
  | 'unsigned_key'
  | 'kid_mismatch'
  | 'pin_mismatch'
  | 'key_rolled_back'
  | 'other_tenant'
  | 'malformed_answer'
  | 'offline'
  | 'token_refused'
  | 'tenant_suspended'
  | 'key_destroyed'
  | 'wrong_receipt'
  | 'rejected'
  | 'bad_configuration';

export type EngineRefusal = { ok: false; code: EngineRefusalCode; message: string };

export const no = (code: EngineRefusalCode, message: string): EngineRefusal => ({ ok: false, code, message });
