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
  | 'empty_secret'
  | 'wrong_receipt'
  | 'rejected'
  | 'bad_configuration';

/** `only`: it is about the one thing that was sent, and the rest may go on. That one is set aside, or waits in its place. */
export type EngineRefusal = {
  ok: false;
  code: EngineRefusalCode;
  message: string;
  only?: 'set_aside' | 'waits';
};

export const no = (code: EngineRefusalCode, message: string, only?: EngineRefusal['only']): EngineRefusal =>
  only === undefined ? { ok: false, code, message } : { ok: false, code, message, only };
