// The words for each kind of notice, in the portal and in a chat. No zod: the portal's first screen may import it.
import type { SentKind } from './notice.ts';

export const NOTICE_WORDS: Record<SentKind, string> = {
  run_failed: 'A run failed',
  machine_stalled: 'A machine is silent for three hours',
  encrypted_not_escrowed: 'Encrypted, but no recovery key in escrow',
  secret_revealed: 'A secret was revealed',
  reveal_budget_exceeded: 'Somebody is over their budget of reveals',
  token_expiring: 'A machine token is about to expire',
  key_rotated: 'The escrow key was rotated',
  key_retired: 'A rotation was finished',
  key_destroyed: 'A key was destroyed',
  root_replaced: 'The root was replaced',
  keyring_changed: 'The keyring was changed',
  recovery_used: 'Somebody unlocked with the recovery sheets',
  person_removed: 'A person was removed',
  limit_near: 'A limit comes near',
  storage_low: 'The storage is nearly full',
  webhook_paused: 'A webhook was paused',
  test: 'Test notice',
};
